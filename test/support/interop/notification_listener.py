"""Listens with the real oslo.messaging, and prints what it decodes, a line of JSON each, until its input ends.

Each payload is judged by Nova's own classes: `flaws` lists what they would not have.
"""

import json
import sys
import threading

import oslo_messaging
from oslo_config import cfg

from nova import objects
from nova.notifications.objects import instance, keypair  # noqa: F401
from nova.objects import base


def flaws_of(payload):
    known = {cls.__name__: cls for cls in base.NovaObjectRegistry.notification_classes}
    name, data = payload['nova_object.name'], payload['nova_object.data']
    cls = known.get(name)
    if cls is None:
        return ['no payload is called %s' % name]
    found = [] if payload['nova_object.version'] == cls.VERSION else ['%s is not %s' % (name, cls.VERSION)]
    found += ['%s: %s' % (name, field) for field in set(cls.fields) ^ set(data)]
    for field, value in data.items():
        nested = value if isinstance(value, list) else [value]
        if any(isinstance(each, dict) and 'nova_object.name' in each for each in nested):
            for each in nested:
                found += flaws_of(each)
        elif not (isinstance(value, list) and not value):
            found += refusal(cls, field, value)
    return found


def refusal(cls, field, value):
    try:
        cls.fields[field].coerce(cls.__new__(cls), field, value)
        return []
    except Exception as error:
        return ['%s.%s: %s' % (cls.__name__, field, error)]


class Endpoint:
    _lock = threading.Lock()

    def _tell(self, priority, context, publisher_id, event_type, payload, metadata):
        told = dict(priority=priority, context=context, publisher_id=publisher_id, event_type=event_type,
                    payload=payload, metadata=metadata, flaws=flaws_of(payload))
        # Each topic has a thread of its own.
        with self._lock:
            print(json.dumps(told), flush=True)

    def info(self, *args):
        self._tell('INFO', *args)

    def error(self, *args):
        self._tell('ERROR', *args)


def main(arguments):
    objects.register_all()
    conf = cfg.ConfigOpts()
    conf([], project='nova')
    transport = oslo_messaging.get_notification_transport(conf, url=arguments['url'])
    for option, value in arguments['options'].items():
        conf.set_override(option, value, group='oslo_messaging_rabbit')
    targets = [oslo_messaging.Target(topic=topic, exchange='nova') for topic in arguments['topics']]
    listener = oslo_messaging.get_notification_listener(transport, targets, [Endpoint()], executor='threading')
    listener.start()
    print(json.dumps('ready'), flush=True)
    sys.stdin.read()
    listener.stop()


main(json.loads(sys.argv[1]))
