"""Runs OpenStack's own programs, each in a fork of this process.

The fork finds everything imported already: that alone takes a program two seconds. The argument is a service, since
Keystone and Nova both register their options in oslo.config's one global object. Reads a request per line
({"program", "args", "env", "out"}) and answers with the exit code once the program has ended; `out` is the
beginning of the names of two files for what it prints.
"""

import json
import os
import sys
import traceback


def keystone():
    import keystone_status
    from keystone.cmd import manage
    from openstackclient import shell
    from openstackclient.identity import client  # noqa: F401
    from openstackclient.identity.v3 import catalog, endpoint, implied_role, project, role, token, user  # noqa: F401

    return {'keystone-manage': manage.main, 'keystone-status': keystone_status.main, 'openstack': shell.main}


def nova():
    # nova.cmd patches the whole process with eventlet when it is imported, unless this says otherwise.
    os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'] = 'true'
    from nova.cmd import manage, status
    import nova_objects  # nova.cmd must come before all else of Nova's
    from openstackclient import shell
    from openstackclient.compute import client  # noqa: F401
    from openstackclient.compute.v2 import server  # noqa: F401

    return {
        'nova-manage': manage.main,
        'nova-objects': nova_objects.main,
        'nova-status': status.main,
        'openstack': shell.main,
    }


def run(main):
    """As a console script does; gives the exit code."""
    try:
        sys.exit(main())
    except SystemExit as ending:
        if ending.code is None or isinstance(ending.code, int):
            return (ending.code or 0) & 0xFF
        print(ending.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    return 1


def become(request):
    """Gives this fork the arguments, environment, and output of a program of its own."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, 'stdout'), (2, 'stderr')):
        os.dup2(os.open(f'{request["out"]}.{name}', os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), number)
    os.environ.clear()
    os.environ.update(request['env'])
    sys.argv = [os.path.join(sys.prefix, 'bin', request['program']), *request['args']]


def answer(request, programs):
    """Runs the program in a fork; gives its exit code."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            become(request)
            code = run(programs[request['program']])
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main():
    service = sys.argv[1]
    # The client takes its name from here, and Nova reads its arguments, when they are imported.
    sys.argv = ['openstack']
    programs = {'keystone': keystone, 'nova': nova}[service]()
    for line in sys.stdin:
        print(answer(json.loads(line), programs), flush=True)


main()
