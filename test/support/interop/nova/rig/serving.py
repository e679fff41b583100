import json
import threading

import waitress


def serve(app, bound, threads):
    """Serves an application on a socket. Each has threads of its own: the API's wait for Placement's answers."""
    server = waitress.create_server(
        app, sockets=[bound], threads=threads, clear_untrusted_proxy_headers=False, asyncore_use_poll=True)
    threading.Thread(target=server.run, daemon=True).start()


class Mounts:
    """Gives each application what lies under the first word of a path."""

    def __init__(self, apps):
        self.apps = apps

    def __call__(self, environ, start_response):
        name, _, rest = environ['PATH_INFO'].lstrip('/').partition('/')
        environ['SCRIPT_NAME'], environ['PATH_INFO'] = f'/{name}', f'/{rest}'
        return self.apps.get(name, nowhere)(environ, start_response)


class Request:
    """What a stub looks at: the method, the words of the path, the query, the body."""

    def __init__(self, environ):
        self.method = environ['REQUEST_METHOD']
        self.words = [word for word in environ['PATH_INFO'].split('/') if word]
        pairs = (pair.partition('=') for pair in environ.get('QUERY_STRING', '').split('&') if pair)
        self.query = {name: value for name, _, value in pairs}
        raw = environ['wsgi.input'].read(int(environ.get('CONTENT_LENGTH') or 0))
        self.body = json.loads(raw) if raw else None


def answering(stub):
    """Makes an application of a function that gives (status, body) or (status, body, headers) for a Request."""

    def app(environ, start_response):
        try:
            status, body, *more = stub(Request(environ))
        except Exception as error:  # A test sees what went wrong; nothing else would tell it.
            status, body, more = 500, {'error': repr(error)}, []
        content = json.dumps(body).encode()
        headers = [('Content-Type', 'application/json'), ('Content-Length', str(len(content))), *sum(more, [])]
        start_response(f'{status} {"Error" if status >= 400 else "OK"}', headers)
        return [content]

    return app


nowhere = answering(lambda request: (404, {}))
