"""The files that Nova and Placement read; nova-manage, nova-status and keyward read the same nova.conf."""

import uuid

PASTE = """
[composite:osapi_compute]
use = call:nova.api.openstack.urlmap:urlmap_factory
/: versions
/v2.1: v21_versions
/v2.1/+: v21

[composite:v21]
use = call:nova.api.auth:pipeline_factory_v21
keystone = http_proxy_to_wsgi compute_req_id faultwrap request_log sizelimit identity keystonecontext app_v21

[filter:identity]
paste.filter_factory = rig.identity:filter_factory
[filter:keystonecontext]
paste.filter_factory = nova.api.auth:NovaKeystoneContext.factory
[filter:compute_req_id]
paste.filter_factory = nova.api.compute_req_id:ComputeReqIdMiddleware.factory
[filter:faultwrap]
paste.filter_factory = nova.api.openstack:FaultWrapper.factory
[filter:request_log]
paste.filter_factory = nova.api.openstack.requestlog:RequestLog.factory
[filter:sizelimit]
paste.filter_factory = oslo_middleware:RequestBodySizeLimiter.factory
[filter:http_proxy_to_wsgi]
paste.filter_factory = oslo_middleware.http_proxy_to_wsgi:HTTPProxyToWSGI.factory
[app:app_v21]
paste.app_factory = nova.api.openstack.compute:APIRouterV21.factory
[pipeline:versions]
pipeline = faultwrap http_proxy_to_wsgi versions_app
[app:versions_app]
paste.app_factory = nova.api.openstack.compute.versions:Versions.factory
[pipeline:v21_versions]
pipeline = compute_req_id faultwrap http_proxy_to_wsgi v21_versions_app
[app:v21_versions_app]
paste.app_factory = nova.api.openstack.compute.versions:VersionsV2.factory

[pipeline:metadata]
pipeline = http_proxy_to_wsgi metadata_app
[app:metadata_app]
paste.app_factory = nova.api.metadata.handler:MetadataRequestHandler.factory
"""


def login(arrangement):
    """A section's credentials, as an operator writes them; Placement without Keystone knows this user as its admin."""
    return {
        'auth_type': 'password',
        'auth_url': arrangement.url('beside', '/identity/v3'),
        'username': 'admin',
        'password': arrangement.password,
        'project_name': 'service',
        'user_domain_name': 'Default',
        'project_domain_name': 'Default',
    }


def services(arrangement):
    """How the other services are reached."""
    return {
        'placement': login(arrangement),
        'service_user': {'send_service_user_token': 'true', **login(arrangement)},
        'neutron': {
            **login(arrangement),
            'endpoint_override': arrangement.url('beside', '/network'),
            'service_metadata_proxy': 'true',
            'metadata_proxy_shared_secret': arrangement.password,
        },
        'glance': {'endpoint_override': arrangement.url('beside', '/image'), 'num_retries': '0'},
        'cinder': {'endpoint_template': arrangement.url('beside', '/volume/v3/%(project_id)s')},
    }


def databases(arrangement):
    """Not for a nova-compute that is a process of its own: it asks nova-conductor."""
    return {
        'api_database': {'connection': arrangement.databases['api']},
        'database': {'connection': arrangement.databases['cell1']},
    }


def nova(arrangement):
    return {
        'DEFAULT': {
            'state_path': arrangement.dir,
            'log_file': arrangement.file('nova.log'),
            'host': arrangement.host,
            'my_ip': '127.0.0.1',
            'transport_url': 'fake:///',
            'compute_driver': 'rig.Driver',
            'report_interval': '5',
            'service_down_time': '30',
            'periodic_fuzzy_delay': '0',
            'sync_power_state_interval': '-1',
            'running_deleted_instance_action': 'noop',
        },
        'wsgi': {'api_paste_config': arrangement.file('api-paste.ini')},
        'oslo_concurrency': {'lock_path': arrangement.file('locks')},
        'oslo_messaging_notifications': {'driver': 'log'},
        'notifications': {'notification_format': 'versioned'},
        'conductor': {'workers': '1'},
        'scheduler': {'workers': '1'},
        'serial_console': {'enabled': 'true'},
        **services(arrangement),
    }


def placement(arrangement):
    return {
        'DEFAULT': {'log_file': arrangement.file('placement.log')},
        'api': {'auth_strategy': 'noauth2'},
        'placement_database': {'connection': arrangement.databases['placement'], 'sync_on_startup': 'true'},
    }


def text(sections, more=None):
    merged = {name: {**sections.get(name, {}), **(more or {}).get(name, {})} for name in {**sections, **(more or {})}}
    lines = []
    for name, options in merged.items():
        lines += [f'[{name}]', *(f'{key} = {value}' for key, value in options.items())]
    return '\n'.join(lines) + '\n'


def write(arrangement):
    """compute_id must be there, since a nova-compute that knows its host already refuses to start without it."""
    files = {
        'nova.conf': text({**nova(arrangement), **databases(arrangement)}, arrangement.options),
        'nova-compute.conf': text(nova(arrangement), arrangement.options),
        'placement.conf': text(placement(arrangement)),
        'api-paste.ini': PASTE,
        'compute_id': str(uuid.uuid5(uuid.NAMESPACE_DNS, arrangement.host)),
    }
    for name, content in files.items():
        with open(arrangement.file(name), 'w') as file:
            file.write(content)
