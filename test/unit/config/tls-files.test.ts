import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseDatabaseUrl } from '../../../src/config/database-url.ts';
import { withTlsFiles } from '../../../src/config/tls-files.ts';

const home = mkdtempSync(path.join(tmpdir(), 'keyward-unit-'));
const usual = (name: string): string => path.join(home, '.postgresql', name);
beforeAll(() => {
  mkdirSync(path.join(home, '.postgresql'));
  for (const name of ['root.crt', 'postgresql.crt', 'postgresql.key']) writeFileSync(usual(name), '');
});
afterAll(() => rmSync(home, { recursive: true }));

const complete = (query: string, HOME = home) =>
  withTlsFiles(parseDatabaseUrl(`postgresql://u@h/d?${query}`, 'The URL'), 'The URL', { HOME });

describe('the certificates that libpq takes from ~/.postgresql', () => {
  it('are named in the address, so that a worker with another home reads the same ones', () =>
    expect(complete('')).toMatchObject({
      sslRootCert: usual('root.crt'),
      parameters: { sslcert: usual('postgresql.crt'), sslkey: usual('postgresql.key') },
    }));

  it.each(['sslmode=disable', 'host=/run/postgresql'])('are not looked at with %s', (query) =>
    expect(complete(query)).toEqual(parseDatabaseUrl(`postgresql://u@h/d?${query}`, 'The URL')),
  );

  it('give way to what the URL names', () =>
    expect(complete('sslmode=verify-full&sslrootcert=system')).toMatchObject({ sslRootCert: 'system' }));
});

it.each([
  ['sslmode=verify-ca', /names no authority, and there is no \/nonexistent\/\.postgresql\/root\.crt/],
  ['sslrootcert=/nonexistent/ca.pem', /can't be read/],
  ['sslcert=/nonexistent/c.pem&sslkey=/nonexistent/c.key', /can't be read/],
  ['sslcert=/c.pem', /without its key/],
])('is wrong usage: %s', (query, message) => {
  expect(() => complete(query, '/nonexistent')).toThrow(
    expect.objectContaining({ message: expect.stringMatching(message), exitCode: 64 }),
  );
});
