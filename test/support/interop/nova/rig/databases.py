import nova.conf
from nova import context, exception, objects
from nova.cmd import manage

#: Two flavors: a test resizes nothing without a second one.
FLAVORS = (('1', 'm1.tiny', 64), ('2', 'm1.small', 128))


def sync(databases):
    """Makes schemas and cells by nova-manage's own code, in the order that an operator uses."""
    cells = manage.CellV2Commands()
    steps = (
        lambda: manage.ApiDbCommands().sync(),
        lambda: cells.map_cell0(database_connection=databases['cell0']),
        lambda: manage.DbCommands().sync(),
        lambda: cells.create_cell(
            name='cell1', database_connection=databases['cell1'], transport_url=nova.conf.CONF.transport_url),
    )
    for step in steps:
        code = step()
        if code:
            raise RuntimeError(f'a step of nova-manage ended with {code}')


def make_flavors():
    """Makes the flavors that are not there: databases that others made have none."""
    admin = context.get_admin_context()
    for flavorid, name, memory_mb in FLAVORS:
        try:
            objects.Flavor.get_by_flavor_id(admin, flavorid)
        except exception.FlavorNotFound:
            objects.Flavor(
                admin, flavorid=flavorid, name=name, memory_mb=memory_mb, vcpus=1, root_gb=1, ephemeral_gb=0, swap=0,
                rxtx_factor=1.0, is_public=True, disabled=False, vcpu_weight=0).create()
