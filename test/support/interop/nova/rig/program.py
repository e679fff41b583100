"""Runs nova-conductor or nova-compute as its script does, until the other end of standard input ends.

The arguments are the program's. nova-compute has the rig's driver, and then a control of its own, whose address is
written into the state folder.
"""

import importlib
import os
import signal
import sys
import threading

name = sys.argv[0] = sys.argv.pop(1)
#: It patches Python before anything else of Nova is imported.
program = importlib.import_module(f'nova.cmd.{name.removeprefix("nova-")}')


def end_with_parent():
    """Ends the children too: this process leads a group of its own.

    sys.stdin's lock must not be held when nova-conductor forks, since its children close sys.stdin.
    """
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)


def serve_control():
    from rig import control, driver
    from rig.arrangement import listen
    from rig.serving import Mounts, answering, serve

    driver.install()
    bound = listen()
    serve(Mounts({'_ctl': answering(control.answer)}), bound, threads=2)
    with open('control', 'w') as file:
        file.write(f'http://127.0.0.1:{bound.getsockname()[1]}/_ctl')


threading.Thread(target=end_with_parent, daemon=True).start()
if name == 'nova-compute':
    serve_control()
sys.exit(program.main())
