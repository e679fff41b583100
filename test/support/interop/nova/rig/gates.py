"""Where a test stops nova-compute, or lets it fail; each is for one project, so that tests don't disturb each other."""

import threading

#: A test that died must not leave a thread of nova-compute waiting for ever.
PATIENCE = 300


class Gate:
    def __init__(self):
        self.opened = threading.Event()
        self.waiting = 0


class Gates:
    """Threads that reach a closed gate wait until it is opened."""

    def __init__(self):
        self._closed = {}

    def close(self, name, project):
        self._closed.setdefault((name, project), Gate())

    def open(self, name, project):
        gate = self._closed.pop((name, project), None)
        if gate:
            gate.opened.set()

    def waiting(self, name, project):
        gate = self._closed.get((name, project))
        return gate.waiting if gate else 0

    def go_through(self, name, project):
        gate = self._closed.get((name, project))
        if gate:
            gate.waiting += 1
            gate.opened.wait(PATIENCE)
            gate.waiting -= 1


GATES = Gates()
#: How `spawn` ends for a project's servers: `fail` or `abort`. Otherwise it succeeds.
ENDINGS = {}
