"""RPC messages that are lost, or late: a test names the method, and the project that asks or owns the server."""

import threading

from oslo_messaging._drivers import impl_fake


class Rule:
    """What becomes of the messages of one method of one project: `drop` or `hold`."""

    def __init__(self, fate):
        self.fate = fate
        self.caught = 0
        self.deliveries = []

    def catch(self, delivery):
        self.caught += 1
        if self.fate == 'hold':
            self.deliveries.append(delivery)


class Rules:
    def __init__(self):
        self._lock = threading.Lock()
        self._rules = {}

    def set(self, method, project, fate):
        if fate not in ('drop', 'hold'):
            raise ValueError(f'a message can be dropped or held, not {fate}')
        with self._lock:
            self._rules[method, project] = Rule(fate)

    def release(self, method, project):
        """Ends the rule; what was held is delivered now, in its order."""
        with self._lock:
            rule = self._rules.pop((method, project), None)
        for delivery in rule.deliveries if rule else []:
            delivery()

    def caught(self, method, project):
        rule = self._rules.get((method, project))
        return rule.caught if rule else 0

    def catch(self, method, projects, delivery):
        """Whether a rule took the message."""
        with self._lock:
            for project in projects:
                rule = self._rules.get((method, project))
                if rule:
                    rule.catch(delivery)
                    return True
        return False


RULES = Rules()


def projects_of(context, arguments):
    """The project that asks, and the one whose server the message is about: an admin asks for other projects' too."""
    asking = context.get('project_id')
    about = arguments.get('instance')
    owner = about['nova_object.data'].get('project_id') if isinstance(about, dict) else None
    return {asking, owner} - {None}


def intercept():
    """Stands between the sender, who goes on as with any bus, and the queue."""
    deliver = impl_fake.FakeExchange.deliver_message

    def delivered_or_caught(exchange, topic, context, message, **where):
        def delivery():
            deliver(exchange, topic, context, message, **where)

        method = message.get('method')
        if method is None or not RULES.catch(method, projects_of(context, message['args']), delivery):
            delivery()

    impl_fake.FakeExchange.deliver_message = delivered_or_caught
