import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { RuleError } from '../../src/rules/errors.ts';
import { KeystoneApi } from '../support/interop/keystone-api.ts';
import { DIFFERENCES, type Operation, randomOf } from '../support/interop/oracle.ts';
import { OperationSource } from '../support/interop/oracle-source.ts';
import { TestPostgres } from '../support/cloud/postgres.ts';
import { RealKeystone } from '../support/interop/real-keystone.ts';
import { TestIdentity } from '../support/cloud/resources.ts';
import { comparableRows } from '../support/cloud/rows.ts';
import { bootstrapRequest } from '../support/cloud/bootstrap-request.ts';

const OPERATIONS = 400;
const SEED = 20_260_101;

const dir = mkdtempSync(path.join(tmpdir(), 'keyward-oracle-'));
let server: TestPostgres;
let ours: TestIdentity;
let theirs: TestIdentity;
let keystone: RealKeystone;

beforeAll(async () => {
  server = await TestPostgres.start();
  ours = await TestIdentity.open(server);
  theirs = await TestIdentity.open(server);
  const { host, user } = server.address;
  keystone = await RealKeystone.open(
    dir,
    `postgresql+psycopg2://${user}@/${theirs.address.database}?host=${host}`,
  );
});
afterAll(async () => {
  keystone?.close();
  await ours?.close();
  await theirs?.close();
  await server?.stop();
  rmSync(dir, { recursive: true });
});

const attempt = (work: () => Promise<unknown>): Promise<{ value: unknown } | { refused: string }> =>
  work().then(
    (value) => ({ value }),
    (error: unknown) => {
      if (error instanceof RuleError) return { refused: `${error.name}: ${error.message}` };
      throw error;
    },
  );

/** The names of those that a user can work on, sorted. */
async function realProjectsOf(api: KeystoneApi, user: string): Promise<string[]> {
  const { body } = await api.call('GET', `/users/${user}/projects`);
  return body.projects.map(({ name }: { name: string }) => name).toSorted();
}

it(`allows and refuses what a real Keystone does, and leaves the same rows, over ${OPERATIONS} operations`, async () => {
  const api = await KeystoneApi.login(await keystone.serve(), bootstrapRequest().password!);
  const source = new OperationSource(ours, api, randomOf(SEED));
  const seen = { allowed: 0, refused: 0, apart: new Set<Operation['apart']>() };
  for (let at = 0; at < OPERATIONS; at++) {
    const operation = source.next();
    const mine = await attempt(operation.ours);
    if (operation.apart) {
      seen.apart.add(operation.apart);
      expect({ at, words: operation.words, mine }).toMatchObject({ mine: { refused: expect.any(String) } });
      continue;
    }
    const real = await operation.theirs();
    const isAllowed = real.status < 300;
    if (operation.differs && isAllowed) seen.apart.add(operation.differs);
    if (isAllowed !== 'value' in mine)
      throw new Error(`${at}, ${operation.words}: ${JSON.stringify({ mine, real })}`);
    if (isAllowed) operation.remember?.('value' in mine ? mine.value : null, real.body);
    seen[isAllowed ? 'allowed' : 'refused'] += 1;
  }
  // All of it must have come up, or the sequence shows less than it says.
  expect([...seen.apart].toSorted()).toEqual(Object.keys(DIFFERENCES).toSorted());
  expect(Math.min(seen.allowed, seen.refused)).toBeGreaterThan(OPERATIONS / 8);
  const listed: string[] = [];
  for (const { theirs: user, ours: id, key } of source.twins.filter(({ kind }) => kind === 'user')) {
    const projects = await ours.listNames('project', { user: { nameOrId: id } });
    listed.push(...projects);
    expect({ key, projects }).toEqual({ key, projects: await realProjectsOf(api, user) });
  }
  expect(listed).not.toEqual([]);
  // A login stamps the day on its user.
  await server.query(theirs.address.database, 'update "user" set last_active_at = null');
  const rowsOf = (cloud: TestIdentity) => comparableRows(server, cloud.address.database, { readExtra: true });
  expect(await rowsOf(ours)).toEqual(await rowsOf(theirs));
});
