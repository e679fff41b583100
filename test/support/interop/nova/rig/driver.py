"""Nova's own fake driver, made to stop, to fail, to remember its guests, and to render what a config drive holds."""

import dataclasses
import os
import sys

import nova.conf
import nova.virt
from nova import context, exception, objects
from nova.api.metadata import base as metadata
from nova.virt import configdrive, fake

from rig.gates import ENDINGS, GATES


@dataclasses.dataclass
class Guest:
    """What a test may look at: how often the guest was spawned, and its config drive's files, or None."""

    spawns: int = 0
    config_drive: dict | None = None


#: Guests by the uuid of their server; those that were destroyed stay here.
GUESTS = {}


def install():
    """A compute driver's name in nova.conf always gets nova.virt put in front of it."""
    sys.modules['nova.virt.rig'] = nova.virt.rig = sys.modules[__name__]


def known_node():
    """The compute node's uuid; FakeDriver would make a new one at each start, which nova-compute refuses."""
    with open(os.path.join(nova.conf.CONF.state_path, 'compute_id')) as file:
        return file.read()


class Driver(fake.FakeDriver):
    def init_host(self, host):
        """The guests outlive nova-compute, as a hypervisor's do; FakeDriver alone would have none after a restart."""
        super().init_host(host)
        fake.uuids._sentinels[f'node_{host}'] = known_node()
        for instance in objects.InstanceList.get_by_host(context.get_admin_context(), host):
            if instance.launched_at:
                guest = fake.FakeInstance(instance.name, instance.power_state or 1, instance.uuid)
                self.instances[instance.uuid] = guest

    def spawn(self, context, instance, image_meta, injected_files, admin_password, allocations, network_info=None,
              **more):
        GATES.go_through('spawn', instance.project_id)
        end_as_told(instance)
        guest = GUESTS.setdefault(instance.uuid, Guest())
        guest.spawns += 1
        guest.config_drive = render(instance, injected_files, admin_password, network_info)
        super().spawn(context, instance, image_meta, injected_files, admin_password, allocations,
                      network_info=network_info, **more)

    def destroy(self, context, instance, *arguments, **more):
        GATES.go_through('destroy', instance.project_id)
        super().destroy(context, instance, *arguments, **more)


def end_as_told(instance):
    ending = ENDINGS.get(instance.project_id)
    if ending == 'fail':
        raise exception.NovaException('the test wants this spawn to fail')
    if ending == 'abort':
        raise exception.BuildAbortException(instance_uuid=instance.uuid, reason='the test wants it')


def render(instance, injected_files, admin_password, network_info):
    """Gives the config drive's files, as the libvirt driver makes them, or None where it makes no drive."""
    if not configdrive.required_by(instance):
        return None
    extra = {'admin_pass': admin_password} if admin_password else {}
    rendered = metadata.InstanceMetadata(
        instance, content=injected_files, extra_md=extra, network_info=network_info)
    files = rendered.metadata_for_config_drive()
    return {path: content.decode() if isinstance(content, bytes) else content for path, content in files}
