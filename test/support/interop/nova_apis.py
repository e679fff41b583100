"""Makes Nova's own checks of Placement and Cinder, and no other, so that no database is needed.

Reads the path of a nova.conf per line and answers with a line of JSON: for each check its code and details, or the
exception on which nova-status ends with 255. Each is made in a fork, since oslo.config has one global object.
"""

import json
import os
import sys

os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'] = 'true'
sys.argv = ['nova-status']

# Nova wants this to be the first of its modules.
from nova.cmd import status  # noqa: E402, I001
from nova import config  # noqa: E402


def verdict(check):
    try:
        result = check()
        return {'code': int(result.code), 'details': result.details}
    except Exception as error:
        return {'crash': f'{type(error).__name__}: {error}'}


def answer(path, out):
    config.parse_args(['nova-status', '--config-file', path], default_config_files=[path])
    commands = status.UpgradeCommands()
    checks = {'placement': commands._check_placement, 'cinder': commands._check_cinder}
    out.write(json.dumps({name: verdict(check) for name, check in checks.items()}) + '\n')
    out.flush()


def main():
    out = os.fdopen(os.dup(1), 'w')
    # Nova logs to wherever it finds.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                answer(line.strip(), out)
            finally:
                os._exit(0)
        os.waitpid(pid, 0)


main()
