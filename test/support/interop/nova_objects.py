"""Writes one or two of each of Nova's objects, or prints what they read, as JSON; programs.py runs it.

Arguments: a nova.conf, and `write`, `read` or `server`. `write` prints the token of a console; `read` prints a list of
rows for each kind of object, and takes the token as a third argument; `servers` prints what there is of each of the
servers whose uuids follow.
"""

import datetime
import json
import sys

import netaddr
from nova import config, context, objects
from oslo_utils import timeutils

PROJECT, USER, HOST = 'project-1', 'user-1', 'peer1'
UUIDS = [f'{digit * 8}-1111-4111-8111-{digit * 12}' for digit in '123456789']
NOW = timeutils.utcnow()


def write(ctxt):
    cell = write_places(ctxt)
    flavor = objects.Flavor(
        ctxt, name='small', flavorid='f1', memory_mb=64, vcpus=1, root_gb=1, ephemeral_gb=0, swap=2,
        vcpu_weight=3, rxtx_factor=1.5, is_public=False, disabled=False, description='ä', extra_specs={'hw:x': 'é'}, projects=[PROJECT])
    flavor.create()
    key = objects.KeyPair(ctxt, user_id=USER, name='key', type='x509', fingerprint='f', public_key='ssh-ed25519 ä')
    key.create()
    instance = write_instance(ctxt, flavor, key, UUIDS[0], vm_state='active', locked=True, locked_by='admin')
    doomed = write_instance(ctxt, flavor, key, UUIDS[1], vm_state='deleted', locked=False)
    objects.InstanceMapping(
        ctxt, instance_uuid=instance.uuid, cell_mapping=cell, project_id=PROJECT, user_id=USER,
        queued_for_delete=False).create()
    write_history(ctxt, instance)
    doomed.destroy()
    building = objects.Instance(ctxt, uuid=UUIDS[2], project_id=PROJECT, user_id=USER, display_name='new')
    objects.BuildRequest(
        ctxt, project_id=PROJECT, instance_uuid=UUIDS[2], instance=building,
        block_device_mappings=objects.BlockDeviceMappingList(objects=[]), tags=objects.TagList(objects=[])).create()
    console = objects.ConsoleAuthToken(
        ctxt, console_type='serial', host=HOST, port=10000, tls_port=10001, internal_access_path='p',
        instance_uuid=instance.uuid, access_url_base='ws://127.0.0.1:6083')
    return console.authorize(86400)


def write_places(ctxt):
    service = objects.Service(
        ctxt, host=HOST, binary='nova-compute', topic='compute', report_count=3, disabled=True, disabled_reason='ä',
        last_seen_up=NOW, forced_down=True)
    service.create()
    objects.Service(ctxt, host=HOST, binary='nova-metadata', topic=None).create()
    objects.ComputeNode(
        ctxt, host=HOST, hypervisor_hostname=HOST, uuid=UUIDS[8], service_id=service.id, vcpus=4, memory_mb=1024,
        local_gb=10, vcpus_used=1, memory_mb_used=64, local_gb_used=1, hypervisor_type='fake', hypervisor_version=1000,
        cpu_info='{"arch": "x86_64"}', host_ip=netaddr.IPAddress('2001:db8::1'), stats={'a': '1'},
        ram_allocation_ratio=1.0, cpu_allocation_ratio=4.5, disk_allocation_ratio=1.0, mapped=1,
        supported_hv_specs=[objects.HVSpec.from_list(['x86_64', 'fake', 'hvm'])]).create()
    cell = objects.CellMapping(
        ctxt, uuid=UUIDS[7], name='cell1', transport_url='rabbit://u:p@h:1//', disabled=True,
        database_connection='postgresql+psycopg2://u:p@h/x')
    cell.create()
    objects.HostMapping(ctxt, cell_mapping=cell, host=HOST).create()
    return cell


def write_instance(ctxt, flavor, key, uuid, **more):
    instance = objects.Instance(
        ctxt, uuid=uuid, project_id=PROJECT, user_id=USER, image_ref='i', kernel_id='', ramdisk_id='', hostname='web',
        display_name='wéb', display_description='d', host=HOST, node=HOST, compute_id=1, power_state=1, memory_mb=64,
        vcpus=1, root_gb=1, ephemeral_gb=0, instance_type_id=flavor.id, key_name=key.name, key_data=key.public_key,
        user_data='dXNlcg==', reservation_id='r-1', launch_index=0, launched_at=NOW, availability_zone='nova',
        access_ip_v4='192.0.2.1', access_ip_v6='2001:db8::2', config_drive=True, auto_disk_config=True,
        flavor=flavor, old_flavor=None, new_flavor=None, keypairs=objects.KeyPairList(objects=[key]),
        system_metadata={'image_os': 'ä'}, metadata={'role': 'web'}, **more)
    instance.create()
    instance.task_state = 'rebuilding'
    instance.save()
    return instance


def write_history(ctxt, instance):
    objects.InstanceFault(
        ctxt, instance_uuid=instance.uuid, code=500, message='ä', details='Traceback', host=HOST).create()
    objects.InstanceAction.action_start(ctxt, instance.uuid, 'rebuild')
    objects.InstanceActionEvent.event_start(ctxt, instance.uuid, 'compute_rebuild', host=HOST)
    objects.InstanceActionEvent.event_finish_with_failure(
        ctxt, instance.uuid, 'compute_rebuild', exc_val='it broke', exc_tb='Traceback')


def read(ctxt, token):
    everything = ctxt.elevated(read_deleted='yes')
    instances = [objects.Instance.get_by_uuid(everything, uuid, expected_attrs=EXPECTED) for uuid in UUIDS[:2]]
    uuids = [instance.uuid for instance in instances]
    actions = [a for uuid in uuids for a in objects.InstanceActionList.get_by_instance_uuid(ctxt, uuid)]
    return {
        'services': objects.ServiceList.get_all(ctxt),
        'compute_nodes': objects.ComputeNodeList.get_all(ctxt),
        'instances': instances,
        'instance_faults': objects.InstanceFaultList.get_by_instance_uuids(ctxt, uuids),
        'instance_actions': actions,
        'instance_actions_events': [
            e for action in actions for e in objects.InstanceActionEventList.get_by_action(ctxt, action.id)],
        'console_auth_tokens': [objects.ConsoleAuthToken.validate(ctxt, token)],
        'cell_mappings': objects.CellMappingList.get_all(ctxt),
        'host_mappings': objects.HostMappingList.get_by_cell_id(ctxt, None),
        'instance_mappings': objects.InstanceMappingList.get_by_project_id(ctxt, PROJECT),
        'flavors': objects.FlavorList.get_all(ctxt, inactive=True),
        'key_pairs': objects.KeyPairList.get_by_user(ctxt, USER),
        'build_requests': objects.BuildRequestList.get_all(ctxt),
    }


def read_server(ctxt, uuid):
    """Loads all that Nova keeps of one server, with every field that it can load; what is not there is left out."""
    everything = ctxt.elevated(read_deleted='yes')
    mapping = objects.InstanceMapping.get_by_instance_uuid(everything, uuid)
    rows = {'instance_mappings': [mapping]}
    rows['request_specs'] = [objects.RequestSpec.get_by_instance_uuid(everything, uuid)]
    if not mapping.cell_mapping:
        return rows | {'build_requests': [objects.BuildRequest.get_by_instance_uuid(everything, uuid)]}
    with context.target_cell(everything, mapping.cell_mapping) as cell:
        actions = objects.InstanceActionList.get_by_instance_uuid(cell, uuid)
        return rows | {
            'instances': [objects.Instance.get_by_uuid(cell, uuid, expected_attrs=[*EXPECTED, *WITH_SERVER])],
            'block_device_mapping': objects.BlockDeviceMappingList.get_by_instance_uuid(cell, uuid),
            'instance_faults': objects.InstanceFaultList.get_by_instance_uuids(cell, [uuid]),
            'instance_actions': actions,
            'instance_actions_events': [
                e for action in actions for e in objects.InstanceActionEventList.get_by_action(cell, action.id)],
        }


EXPECTED = [
    'metadata', 'system_metadata', 'flavor', 'keypairs', 'numa_topology', 'pci_requests', 'device_metadata',
    'trusted_certs', 'resources', 'migration_context', 'vcpu_model']
#: What `write` makes none of.
WITH_SERVER = ['info_cache', 'security_groups', 'tags', 'services', 'ec2_ids']


def plain(value):
    """A field's value for JSON; instants keep their microseconds, which an object's own primitive drops."""
    if hasattr(value, 'obj_to_primitive'):
        return value.obj_to_primitive()
    return value.isoformat() if isinstance(value, datetime.datetime) else str(value)


def fields(obj):
    return {name: getattr(obj, name) for name in sorted(obj.fields) if obj.obj_attr_is_set(name)}


def in_words(rows):
    return {kind: [fields(obj) for obj in found] for kind, found in rows.items()}


def as_json(answer):
    return json.dumps(answer, default=plain)


def main():
    _, conf, task, *arguments = sys.argv
    config.parse_args(['nova', '--config-file', conf])
    objects.register_all()
    ctxt = context.RequestContext(
        user_id=USER, project_id=PROJECT, is_admin=True, request_id='req-1', timestamp=NOW)
    if task == 'write':
        print(write(ctxt))
        return
    if task == 'servers':
        print(as_json({uuid: in_words(read_server(ctxt, uuid)) for uuid in arguments}))
        return
    print(as_json(in_words(read(ctxt, *arguments))))
