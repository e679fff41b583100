import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from '@jest/globals';
import { parseTransportUrl } from '../../src/config/transport-url.ts';
import { ensureVenv } from '../support/interop/venv.ts';

const run = promisify(execFile);

const CREDENTIALS = ['', 'u@', 'u:p@', ':p@', 'u:a:b@', 'n%40va:p%2F%3A%25%23@', 'u:a@b@', 'u:%C3%A9@'];
const PLACES = [
  '',
  'mq',
  'mq:1',
  'MQ.example',
  '[::1]',
  '[::1]:7',
  'fe80::1',
  '192.0.2.1:65535',
  'mq:',
  'mq:x',
];
const PATHS = [
  '',
  '/',
  '//',
  '/nova',
  '/a%2Fb',
  '/a/b',
  '/%C3%A9?ssl=1&ssl_ca_file=%2Fca',
  '?ssl=0',
  '/?ssl',
];

/** Each place with each way to log in, and each path. */
const single = CREDENTIALS.flatMap((credentials) =>
  PLACES.flatMap((place) => PATHS.map((rest) => `rabbit://${credentials}${place}${rest}`)),
);
const several = ['rabbit://u:p@a:1,v:q@b/x', 'kombu://a,b', 'RABBIT://a,,b:2/', 'rabbit://u:p@a,b', 'rabbit'];
const urls = [...single, ...several];

type Theirs = {
  hosts: [string | null, number | null, string | null, string | null][];
  virtual_host: string | null;
  query: Record<string, string>;
};

let theirs: (Theirs | null)[];
beforeAll(async () => {
  const script = path.resolve('test/support/interop/transport_urls.py');
  const python = path.join(await ensureVenv(), 'bin/python');
  const { stdout } = await run(python, ['-P', '-W', 'ignore', script, JSON.stringify(urls)], {
    maxBuffer: 8 << 20,
  });
  theirs = JSON.parse(stdout) as (Theirs | null)[];
});

/** Fills in what kombu takes for what a URL leaves out. */
function filled(url: Theirs | null): unknown {
  if (url === null) return null;
  const hosts: Theirs['hosts'] = url.hosts.length > 0 ? url.hosts : [[null, null, null, null]];
  return {
    hosts: hosts.map(([hostname, port, username, password]) => ({
      hostname: hostname || 'localhost',
      port: port ?? 5672,
      username: username || 'guest',
      password: password || 'guest',
    })),
    virtualHost: url.virtual_host || '/',
    query: url.query,
  };
}

function ours(url: string): unknown {
  try {
    const parsed = parseTransportUrl({ value: url, origin: 'a test' });
    return { ...parsed, query: Object.fromEntries(parsed.query) };
  } catch {
    return null;
  }
}

it('a transport URL means to keyward what it means to oslo.messaging', () => {
  const different = urls.flatMap((url, at) => {
    const [our, their] = [ours(url), filled(theirs[at]!)];
    return JSON.stringify(our) === JSON.stringify(their) ? [] : [{ url, our, their }];
  });
  expect(different).toEqual([]);
});

it('and some are taken, and some refused', () => {
  const taken = theirs.filter((each) => each !== null).length;
  expect(taken).toBeGreaterThan(urls.length / 2);
  expect(urls.length - taken).toBeGreaterThan(urls.length / 10);
});
