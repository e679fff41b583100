import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, request as ask, type ServerResponse } from 'node:http';

const secret = (): string => randomBytes(32).toString('base64url');

/**
 * Guards Temporal's web UI, which has no login, and whose server passes API calls on to Temporal. A token that `mint`
 * gives works once and becomes a cookie; without the cookie nothing reaches the UI. It listens on the open file `fd`.
 */
export function openUiGate(fd: number, ui: { host: string; port: number }): { mint(): string } {
  const tokens = new Set<string>();
  // Browsers send a host's cookies to each of its ports, so the cookie's name keeps the gates of two homes apart.
  const cookie = `keyward-${randomBytes(6).toString('hex')}=${secret()}`;
  createServer((request, response) => {
    const token = tokenIn(request.url ?? '');
    if (token !== null && tokens.delete(token)) return letIn(response, cookie);
    if (cookiesIn(request).includes(cookie)) return forward(request, response, ui);
    tell(response, 403, '`keyward up --ui` prints a link that opens this page.\n');
  }).listen({ fd });
  return {
    mint: () => {
      const token = secret();
      tokens.add(token);
      return token;
    },
  };
}

const tokenIn = (url: string): string | null => /^\/\?token=([\w-]+)$/.exec(url)?.[1] ?? null;

const cookiesIn = ({ headers }: IncomingMessage): string[] => (headers.cookie ?? '').split(/; */);

/** Sends a page that goes on by itself: a browser that came by a link sends no new strict cookie on a redirect. */
function letIn(response: ServerResponse, cookie: string): void {
  response.setHeader('set-cookie', `${cookie}; HttpOnly; SameSite=Strict; Path=/`);
  response.setHeader('content-type', 'text/html');
  tell(response, 200, '<!doctype html><meta http-equiv="refresh" content="0; url=/">\n');
}

function tell(response: ServerResponse, status: number, body: string): void {
  response.setHeader('cache-control', 'no-store').setHeader('referrer-policy', 'no-referrer');
  response.writeHead(status).end(body);
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  ui: { host: string; port: number },
): void {
  const { method, url, headers } = request;
  const behind = ask({ ...ui, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('error', () => response.destroy()).pipe(response);
  });
  behind.on('error', () => response.destroy());
  response.on('close', () => behind.destroy());
  request.pipe(behind);
}
