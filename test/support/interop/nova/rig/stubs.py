"""Image and Network, as far as Nova asks them for a server without networks, whose images are known by name."""

import uuid

WHEN = '2026-01-01T00:00:00Z'


def image(name):
    identifier = str(uuid.uuid5(uuid.NAMESPACE_DNS, name))
    return {
        'id': identifier, 'name': name, 'status': 'active', 'visibility': 'public', 'protected': False,
        'owner': 'admin', 'disk_format': 'raw', 'container_format': 'bare', 'size': 1024, 'virtual_size': 1024,
        'min_disk': 0, 'min_ram': 0, 'checksum': None, 'tags': [], 'os_hidden': False, 'created_at': WHEN,
        'updated_at': WHEN, 'self': f'/v2/images/{identifier}', 'file': f'/v2/images/{identifier}/file',
        'schema': '/v2/schemas/image',
    }


IMAGES = [image('img1'), image('img2')]
SCHEMA = {
    'name': 'image',
    'properties': {name: {'type': ['null', 'string', 'integer', 'boolean', 'array']} for name in IMAGES[0]},
    'additionalProperties': {'type': 'string'},
}


def versions(identifier, url):
    links = [{'rel': 'self', 'href': url}]
    return {'versions': [{'id': identifier, 'status': 'CURRENT', 'links': links}]}


def image_stub(url):
    def answer(request):
        if not request.words:
            return 300, versions('v2.9', f'{url}/v2/')
        if request.words[1] == 'schemas':
            return 200, SCHEMA
        found = [one for one in IMAGES if request.words[2:] in ([], [one['id']])]
        if request.words[2:]:
            return (200, found[0]) if found else (404, {})
        name = request.query.get('name')
        return 200, {'images': [one for one in found if name in (None, one['name'])], 'schema': '/v2/schemas/images'}
    return answer


def network_stub(url):
    """Has nothing: every list is empty."""

    def answer(request):
        if len(request.words) < 2:
            return 200, versions('v2.0', f'{url}/v2.0/')
        return 200, {request.words[1].removesuffix('.json').replace('-', '_'): []}
    return answer
