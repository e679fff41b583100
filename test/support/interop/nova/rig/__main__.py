"""Reads the arrangement as a line of JSON, and lives as long as the other end of its standard input.

Once everything answers it writes `ready` into the arrangement's folder: its pid, its addresses and its images as JSON.
"""

import json
import os
import sys
import time
import types

# nova.monkey_patch looks at both when nova is imported.
os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'] = 'true'
sys.argv = ['rig']

from nova import monkey_patch  # noqa: E402

monkey_patch.patch(backend='threading')

import nova.conf  # noqa: E402
from nova import config, objects  # noqa: E402
from oslo_log import log  # noqa: E402
from oslo_messaging._drivers import impl_fake  # noqa: E402

from rig import conf, control, databases, driver, identity, locks, messages, services, stubs, writes  # noqa: E402
from rig.arrangement import Arrangement  # noqa: E402
from rig.serving import Mounts, answering, serve  # noqa: E402

#: The fake bus looks for messages every 50 ms, which would cost a boot 75 ms for nothing.
POLL = 0.01


def prepare(arrangement):
    """Sets up what Nova's programs set up once each."""
    os.makedirs(arrangement.file('locks'), exist_ok=True)
    conf.write(arrangement)
    config.parse_args(['rig'], default_config_files=[arrangement.file('nova.conf')])
    log.setup(nova.conf.CONF, 'nova')
    objects.register_all()
    impl_fake.time = types.SimpleNamespace(time=time.time, sleep=lambda pause: time.sleep(min(pause, POLL)))
    messages.intercept()
    writes.intercept()
    locks.intercept()
    driver.install()


def serve_beside(arrangement):
    """Placement, the stubs and the control: nova-compute asks Placement when it starts."""
    apps = {
        'placement': services.placement_app(arrangement.file('placement.conf')),
        'identity': answering(identity.Stub(arrangement)),
        'image': answering(stubs.image_stub(arrangement.url('beside', '/image'))),
        'network': answering(stubs.network_stub(arrangement.url('beside', '/network'))),
        '_ctl': answering(control.answer),
    }
    serve(Mounts(apps), arrangement.sockets['beside'], threads=12)


def announce(arrangement):
    ready = {
        'pid': os.getpid(),
        **{name: arrangement.url(name) for name in arrangement.sockets},
        'control': arrangement.url('beside', '/_ctl'),
        'images': {image['name']: image['id'] for image in stubs.IMAGES},
    }
    with open(arrangement.file('ready.draft'), 'w') as draft:
        json.dump(ready, draft)
    os.rename(draft.name, arrangement.file('ready'))


def main():
    arrangement = Arrangement.read(sys.stdin.readline())
    prepare(arrangement)
    if arrangement.sync:
        databases.sync(arrangement.databases)
    serve_beside(arrangement)
    services.start_workers(arrangement.apart)
    databases.make_flavors()
    for name, app in zip(('compute', 'metadata'), services.apis(arrangement.host, arrangement.file('api-paste.ini'))):
        serve(app, arrangement.sockets[name], threads=8)
    announce(arrangement)
    sys.stdin.read()
    os._exit(0)


main()
