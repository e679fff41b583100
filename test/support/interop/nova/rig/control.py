"""What tests tell the rig over HTTP, under /_ctl; `?project=` names whom it is for."""

import os

from rig import lock_timing
from rig.driver import GUESTS
from rig.gates import ENDINGS, GATES
from rig.messages import RULES


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


def locks(method, name, request):
    return lock_timing.measure(request.query['project'], request.body, threads=int(name))


KINDS = {'gates': gate, 'spawn': ending, 'rpc': rpc, 'guests': guest, 'locks': locks}


def answer(request):
    if not request.words:
        return 200, {'pid': os.getpid()}
    kind, name = request.words
    found = KINDS[kind](request.method, name, request)
    return (404, {}) if found is None else (200, found)
