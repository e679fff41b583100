"""Gates in front of the transactions by which the API writes a rebuild; another request may come in between.

`key-pairs` is in front of the new key pairs, `save` of the compare-and-swap that takes the server, and `image-metadata`
of the system metadata after it. The project is the one that asks.
"""

from nova.db.main import api

from rig.gates import GATES


def intercept():
    update_extra, update = api.instance_extra_update_by_uuid, api.instance_update_and_get_original

    def update_extra_at_gate(context, uuid, updates):
        if 'keypairs' in updates:
            GATES.go_through('key-pairs', context.project_id)
        return update_extra(context, uuid, updates)

    def update_at_gate(context, uuid, values, *arguments, **more):
        if values.get('task_state') == 'rebuilding':
            GATES.go_through('save', context.project_id)
        elif 'system_metadata' in values and 'task_state' not in values:
            GATES.go_through('image-metadata', context.project_id)
        return update(context, uuid, values, *arguments, **more)

    api.instance_extra_update_by_uuid = update_extra_at_gate
    api.instance_update_and_get_original = update_at_gate
