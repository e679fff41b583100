import dataclasses
import json
import os
import socket

#: What answers, each on a loopback port of its own: Nova's two APIs, and Placement with the stubs.
LISTENERS = ('compute', 'metadata', 'beside')


@dataclasses.dataclass(frozen=True)
class Arrangement:
    """What the test asks for.

    `databases` are SQLAlchemy's URLs of api, cell0, cell1 and placement. `sync` says whether Nova's own commands make
    their schemas and cells, or whether all that is there. `options` are more of nova.conf, by section. `password` is
    the one that the identity stub takes. `apart` are the programs that others start as processes of their own.
    """

    dir: str
    host: str
    databases: dict
    sync: bool
    options: dict
    password: str
    apart: list
    sockets: dict

    @classmethod
    def read(cls, line):
        """Takes the ports before anything else is done, so that nova.conf can name them."""
        return cls(**json.loads(line), sockets={name: listen() for name in LISTENERS})

    def url(self, listener, path=''):
        return f'http://127.0.0.1:{self.sockets[listener].getsockname()[1]}{path}'

    def file(self, name):
        return os.path.join(self.dir, name)


def listen():
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(('127.0.0.1', 0))
    return bound
