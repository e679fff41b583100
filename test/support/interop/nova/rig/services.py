"""The parts of the cloud, each started as its own program starts it."""

import os_vif
from nova import context, service
from nova.api.openstack import wsgi_app
from nova.compute import rpcapi as compute
from nova.conductor import rpcapi as conductor
from nova.objects import host_mapping
from nova.scheduler import rpcapi as scheduler
from oslo_config import cfg
from oslo_privsep import priv_context
from paste import deploy
from placement import conf as placement_conf
from placement import db_api as placement_db
from placement import deploy as placement_deploy
from placement import wsgi as placement_wsgi


def placement_app(file):
    """Placement has a configuration object of its own, since Nova's is the global one."""
    conf = cfg.ConfigOpts()
    placement_conf.register_opts(conf)
    placement_wsgi._parse_args(conf, ['placement'], [file])
    placement_db.configure(conf)
    return placement_deploy.loadapp(conf)


TOPICS = {
    'nova-conductor': {'topic': conductor.RPC_TOPIC},
    'nova-scheduler': {'topic': scheduler.RPC_TOPIC},
    'nova-compute': {'topic': compute.RPC_TOPIC, 'topic_alt': compute.RPC_TOPIC_ALT},
}


def start_workers(apart):
    """Starts the programs but those apart, and maps the host to its cell, without which nothing is scheduled."""
    priv_context.init(root_helper=['sudo'])
    os_vif.initialize()
    for program, topics in TOPICS.items():
        if program not in apart:
            service.Service.create(binary=program, **topics).start()
    if 'nova-compute' not in apart:
        host_mapping.discover_hosts(context.get_admin_context())


def apis(host, paste):
    """Gives the applications of the compute API and of the metadata service."""
    wsgi_app._setup_service(host, 'osapi_compute')
    return [deploy.loadapp(f'config:{paste}', name=name) for name in ('osapi_compute', 'metadata')]
