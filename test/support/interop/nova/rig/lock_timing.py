"""How long the API takes to lock and unlock servers where nothing of HTTP is in the way."""

import time
from concurrent import futures

from nova import context, objects
from nova.compute import api

REASON = 'measured'


def asking(project, cell=None):
    """Gives the context of a request of its own: an action is found again by its request."""
    asked = context.RequestContext('alice', project, roles=['member', 'reader'])
    if cell:
        context.set_target_cell(asked, cell)
    return asked


def timed(act):
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def measure(project, servers, threads):
    """Gives the milliseconds of each lock and unlock, and the seconds of all; the servers have been read before that."""
    compute = api.API()

    def read(server):
        cell = objects.InstanceMapping.get_by_instance_uuid(context.get_admin_context(), server).cell_mapping
        return compute.get(asking(project), server), cell

    def change(found):
        instance, cell = found
        return [
            timed(lambda: compute.lock(asking(project, cell), instance, reason=REASON)),
            timed(lambda: compute.unlock(asking(project, cell), instance)),
        ]

    found = [read(server) for server in servers]
    began = time.perf_counter()
    with futures.ThreadPoolExecutor(threads) as pool:
        each = sum(pool.map(change, found), [])
    return {'each': each, 'seconds': time.perf_counter() - began}
