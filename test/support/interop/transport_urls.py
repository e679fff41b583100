"""Prints what the real oslo.messaging makes of each transport URL of a JSON list; null for one that it refuses."""

import json
import sys

from oslo_config import cfg
from oslo_messaging import TransportURL


def parsed(url):
    try:
        found = TransportURL.parse(cfg.ConfigOpts(), url)
    except Exception:
        return None
    hosts = [[host.hostname, host.port, host.username, host.password] for host in found.hosts]
    return dict(hosts=hosts, virtual_host=found.virtual_host, query=found.query)


print(json.dumps([parsed(url) for url in json.loads(sys.argv[1])]))
