"""Gates in a lock or an unlock of the API; it has read the server by then, and what it saves later is based on that.

`lock-note` is in front of the row of its action, and `lock-save` behind it, in front of all else that it writes. The
project is the one that asks.
"""

from nova.compute import api

from rig.gates import GATES


def intercept():
    note = api.API._record_action_start

    def note_between_gates(self, context, instance, action):
        is_about_lock = action in ('lock', 'unlock')
        if is_about_lock:
            GATES.go_through('lock-note', context.project_id)
        note(self, context, instance, action)
        if is_about_lock:
            GATES.go_through('lock-save', context.project_id)

    api.API._record_action_start = note_between_gates
