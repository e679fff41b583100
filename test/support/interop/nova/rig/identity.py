"""Who asks, without a Keystone: by the headers that keystonemiddleware would set, or by a token of the stub."""

START, END = '2026-01-01T00:00:00.000000Z', '2099-01-01T00:00:00.000000Z'
DOMAIN = {'id': 'default', 'name': 'Default'}
#: Keystone puts implied roles into a token, and Nova's policies count on that.
IMPLIED = {'admin': {'member', 'reader'}, 'member': {'reader'}}


def identified(environ):
    """Gives user, project and roles, or None; a token is `user:project:roles`."""
    if environ.get('HTTP_X_USER_ID'):
        names = ('HTTP_X_USER_ID', 'HTTP_X_PROJECT_ID', 'HTTP_X_ROLES')
        return [environ.get(name, '') for name in names]
    parts = environ.get('HTTP_X_AUTH_TOKEN', '').split(':')
    return parts if len(parts) == 3 else None


def with_implied(roles):
    given = set(filter(None, roles.split(',')))
    return given.union(*(IMPLIED.get(role, set()) for role in given))


def filter_factory(global_conf, **local_conf):
    """A paste filter where keystonemiddleware's auth_token stands otherwise."""

    def wrap(app):
        def call(environ, start_response):
            who = identified(environ)
            if who is None:
                start_response('401 Unauthorized', [('Content-Type', 'text/plain'), ('WWW-Authenticate', 'Keystone')])
                return [b'no identity']
            user, project, roles = who
            environ.update(
                HTTP_X_USER_ID=user, HTTP_X_USER_NAME=user, HTTP_X_USER_DOMAIN_ID=DOMAIN['id'],
                HTTP_X_PROJECT_ID=project, HTTP_X_PROJECT_NAME=project, HTTP_X_PROJECT_DOMAIN_ID=DOMAIN['id'],
                HTTP_X_ROLES=','.join(sorted(with_implied(roles))), HTTP_X_IDENTITY_STATUS='Confirmed')
            environ.setdefault('HTTP_X_AUTH_TOKEN', f'{user}:{project}:{roles}')
            return app(environ, start_response)
        return call
    return wrap


class Stub:
    """Just enough of Identity v3 for clients that log in by a password; names and ids are the same."""

    def __init__(self, arrangement):
        self.url = arrangement.url('beside', '/identity/v3/')
        self.password = arrangement.password
        self.endpoints = {
            'compute': arrangement.url('compute', '/v2.1'),
            'placement': arrangement.url('beside', '/placement'),
            'image': arrangement.url('beside', '/image'),
            'network': arrangement.url('beside', '/network'),
            'identity': self.url,
        }

    def __call__(self, request):
        if request.words in ([], ['v3']):
            links = [{'rel': 'self', 'href': self.url}]
            version = {'id': 'v3.14', 'status': 'stable', 'updated': START, 'links': links}
            return 200, {'version': version} if request.words else {'versions': {'values': [version]}}
        if request.words == ['v3', 'auth', 'tokens'] and request.method == 'POST':
            return self.login(request.body['auth'])
        return 404, {}

    def login(self, auth):
        asked = auth['identity']['password']['user']
        if asked['password'] != self.password:
            message = 'The request you have made requires authentication.'
            return 401, {'error': {'code': 401, 'title': 'Unauthorized', 'message': message}}
        user = asked.get('name') or asked['id']
        scope = auth.get('scope', {}).get('project', {})
        project = scope.get('name') or scope.get('id', '')
        role = 'admin' if user.startswith('admin') else 'member'
        return 201, {'token': self.token(user, project, role)}, [('X-Subject-Token', f'{user}:{project}:{role}')]

    def token(self, user, project, role):
        return {
            'methods': ['password'],
            'issued_at': START,
            'expires_at': END,
            'user': {'id': user, 'name': user, 'domain': DOMAIN, 'password_expires_at': None},
            'project': {'id': project, 'name': project, 'domain': DOMAIN},
            'roles': [{'id': name, 'name': name} for name in sorted(with_implied(role) | {role})],
            'catalog': [self.service(kind, url) for kind, url in self.endpoints.items()],
        }

    def service(self, kind, url):
        faces = [
            {'id': f'{kind}-{face}', 'interface': face, 'url': url, 'region': 'RegionOne', 'region_id': 'RegionOne'}
            for face in ('public', 'internal', 'admin')]
        return {'id': kind, 'type': kind, 'name': kind, 'endpoints': faces}
