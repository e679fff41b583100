"""keystone-status; the first argument is the folder of Keystone's keys."""

import os
import sys

from keystone.cmd import status
from keystone.conf import credential, fernet_tokens
from oslo_upgradecheck import upgradecheck


def main():
    """Moves two defaults, by facts of Keystone 30.0.0.

    The key folder is read before the arguments, and the arguments were read when oslo.upgradecheck was imported.
    """
    folder = sys.argv.pop(1)
    upgradecheck.main.__defaults__ = (sys.argv[1:], *upgradecheck.main.__defaults__[1:])
    for module, name in ((fernet_tokens, 'fernet'), (credential, 'credential')):
        for option in module.ALL_OPTS:
            if option.name == 'key_repository':
                option.default = os.path.join(folder, name)
    return status.main()


if __name__ == '__main__':
    sys.exit(main())
