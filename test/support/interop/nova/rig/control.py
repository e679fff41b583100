"""What tests tell the rig over HTTP, under /_ctl; `?project=` names whom it is for."""

import os
import re
import resource
import time

from rig import STARTED
from rig.driver import GUESTS
from rig.gates import ENDINGS, GATES
from rig.messages import RULES

#: What was ready after how many seconds.
LAPS = {}


def lap(name):
    LAPS[name] = round(time.time() - STARTED, 2)


def state():
    with open('/proc/self/status') as status:
        resident = re.search(r'VmRSS:\s+(\d+)', status.read()).group(1)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        'pid': os.getpid(),
        'laps': LAPS,
        'rss_kb': int(resident),
        'cpu_s': round(usage.ru_utime + usage.ru_stime, 2),
    }


def gate(method, name, request):
    project = request.query['project']
    if method == 'PUT':
        GATES.close(name, project)
    elif method == 'DELETE':
        GATES.open(name, project)
    return {'waiting': GATES.waiting(name, project)}


def ending(method, name, request):
    if method == 'PUT':
        ENDINGS[request.query['project']] = name
    else:
        ENDINGS.pop(request.query['project'], None)
    return {}


def rpc(method, name, request):
    project = request.query['project']
    if method == 'PUT':
        RULES.set(name, project, request.query['fate'])
    elif method == 'DELETE':
        RULES.release(name, project)
    return {'caught': RULES.caught(name, project)}


def guest(method, name, request):
    found = GUESTS.get(name)
    return {'spawns': found.spawns, 'config_drive': found.config_drive} if found else None


KINDS = {'gates': gate, 'spawn': ending, 'rpc': rpc, 'guests': guest}


def answer(request):
    if not request.words:
        return 200, state()
    kind, name = request.words
    found = KINDS[kind](request.method, name, request)
    return (404, {}) if found is None else (200, found)
