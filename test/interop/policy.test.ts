import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TestCloud } from '../support/cloud/test-cloud.ts';
import { type Outcome, StartedPrograms } from '../support/interop/programs.ts';

const DATABASE = 'cloud';
const RULE = 'identity:list_trusts';
const JSON_RULES = `{"${RULE}": "rule:admin_required"}`;
const cloud = new TestCloud();
let folder: string;

/** Writes files beside keystone.conf, where both programs look for them. */
function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
}

const use = (policy: Record<string, string> = {}): void =>
  cloud.keystone.use(cloud.home.urlOf(DATABASE), { oslo_policy: policy });

const table = () => cloud.home.run(['status', 'upgrade', 'check', '--config-file', cloud.keystone.config]);

beforeAll(async () => {
  await cloud.open(DATABASE);
  folder = path.dirname(cloud.keystone.config);
  expect(await cloud.keyward(DATABASE, 'db', 'sync')).toMatchObject({ code: 0 });
  expect(await cloud.bootstrap(DATABASE)).toMatchObject({ code: 0 });
});
beforeEach(() => {
  for (const name of ['policy.yaml', 'policy.json', 'policy.d'])
    rmSync(path.join(folder, name), { recursive: true, force: true });
  use();
});
afterAll(() => cloud.close());

describe('keyward and keystone-status print the same table', () => {
  it.each<[string, Record<string, string>, number]>([
    ['an empty rule', { 'policy.yaml': `"${RULE}": ""` }, 2],
    ['@', { 'policy.yaml': `"${RULE}": "@"` }, 2],
    ['@ in parentheses', { 'policy.yaml': `"${RULE}": "(@)"` }, 2],
    ['an empty list', { 'policy.yaml': `"${RULE}": []` }, 2],
    ['two open rules', { 'policy.yaml': `"identity:get_trust": "@"\n"${RULE}": ""` }, 2],
    ['a key with nothing after it', { 'policy.yaml': `"${RULE}":` }, 2],
    ['a rule that asks for something', { 'policy.yaml': `"${RULE}": "rule:admin_required"` }, 0],
    ['an open rule of something else', { 'policy.yaml': '"identity:list_users": "@"' }, 0],
    ['an open rule in policy.d', { 'policy.d/trusts.yaml': `"${RULE}": "@"` }, 2],
    ['JSON in policy.yaml', { 'policy.yaml': JSON_RULES }, 2],
    ['JSON with an open rule', { 'policy.yaml': `{"${RULE}": ""}` }, 2],
  ])('%s', async (_, files, code) => {
    write(files);
    const real = await cloud.keystone.status();
    expect(real.code).toBe(code);
    const { stdout, ...ours } = await table();
    expect({ code: ours.code, stdout: stdout.trimEnd() }).toEqual({ code, stdout: real.stdout.trimEnd() });
  });

  it('a policy file of another name', async () => {
    write({ 'rules.yaml': JSON_RULES });
    use({ policy_file: 'rules.yaml' });
    const real = await cloud.keystone.status();
    expect(real.code).toBe(2);
    expect(await table()).toMatchObject({ code: 2, stdout: real.stdout });
  });
});

it('a policy.json that Keystone passes over is a warning, which upstream does not give', async () => {
  write({ 'policy.json': JSON_RULES });
  expect(await cloud.keystone.status()).toMatchObject({ code: 0 });
  expect(await cloud.check()).toMatchObject({ code: 1 });
});

it("a JSON file is converted by Keystone's own tool, as the remedy says", async () => {
  write({ 'policy.json': JSON_RULES });
  use({ policy_file: 'policy.json' });
  const { code, remedies } = await cloud.check();
  expect(code).toBe(2);
  const [command, then] = remedies[0]!.split('; then ');
  expect(await cloud.follow(command!)).toMatchObject({ code: 0 });

  const written = path.join(folder, 'policy.yaml');
  expect(then).toContain(`policy_file = ${written}`);
  use({ policy_file: written });
  expect(await cloud.check()).toEqual({ code: 0, remedies: [] });
  expect(await cloud.keystone.status()).toMatchObject({ code: 0 });
});

/** A line of a log begins with when and by which process it was written. */
const withoutMoment = ({ code, stdout }: Outcome) => ({
  code,
  stdout: stdout.replaceAll(/^[-\d]+ [:.\d]+ \d+ /gm, ''),
});

/** The other tests take forks of a Python that has imported the programs; this one starts them as an operator does. */
it("what the forks of OpenStack's programs print is what the programs print", async () => {
  write({ 'policy.yaml': `"${RULE}": ""` });
  const { keystone } = cloud;
  const started = new StartedPrograms(keystone.bin);
  const status = [folder, '--config-file', keystone.config, 'upgrade', 'check'];
  const both = await Promise.all(
    [
      [keystone.status(), started.run('keystone-status', status, process.env)],
      [
        keystone.manage('db_version'),
        started.run('keystone-manage', ['--config-file', keystone.config, 'db_version'], process.env),
      ],
      [keystone.openstack({}, '--version'), started.run('openstack', ['--version'], process.env)],
      [keystone.openstack({}, 'no', 'such'), started.run('openstack', ['no', 'such'], process.env)],
    ].map((pair) => Promise.all(pair)),
  );
  for (const [forked, real] of both) expect(withoutMoment(forked!)).toEqual(withoutMoment(real!));
  expect(both.map(([, real]) => real!.code)).toEqual([2, 0, 0, 2]);
});
