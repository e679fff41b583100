import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Unavailable } from '../../../src/rules/errors.ts';
import { CheckCode } from '../../../src/rules/upgrade-check.ts';
import { JSON_TO_YAML, ROLES, runSuite, TRUSTS } from '../../support/checks/keystone-suite.ts';

let etc: string;
beforeEach(() => {
  etc = mkdtempSync(path.join(tmpdir(), 'keyward-etc-'));
  writeFileSync(file('keystone.conf'), '[oslo_policy]\npolicy_file = policy.yaml\n');
});
afterEach(() => rmSync(etc, { recursive: true }));

const file = (name: string): string => path.join(etc, name);

/** The suite where no database answers: the checks of files must not mind. */
const check = () => {
  const read = () => Promise.reject(new Unavailable('DatabaseUnreachable', 'It is down.', 'Start it.'));
  return runSuite({ read }, file('keystone.conf'));
};

it('fails the check of the database alone where there is no policy file', async () => {
  expect(await check()).toMatchObject({
    [TRUSTS]: { code: CheckCode.success, details: 'Trust policies are safe.' },
    [ROLES]: {
      code: CheckCode.failure,
      details: 'This could not be checked. It is down.',
      remedy: 'Start it.',
    },
    [JSON_TO_YAML]: { code: CheckCode.success, details: null },
  });
});

it.each(['""', '"@"', '[]', ''])(
  'an override of %s opens trusts, until the keys are removed',
  async (value) => {
    writeFileSync(
      file('policy.yaml'),
      `"identity:get_trust": ${value}\n"identity:list_trusts": ${value}\n"identity:get_user": ""\n`,
    );
    const { [TRUSTS]: outcome } = await check();
    expect(outcome?.code).toBe(CheckCode.failure);
    expect(outcome?.details).toMatch(
      /^Policy check string for rules "identity:list_trusts", "identity:get_trust" are/,
    );
    const [, keys, where] = /^remove the keys (.*) from (\S+), or/.exec(outcome!.remedy!)!;
    const kept = readFileSync(where!, 'utf8')
      .split('\n')
      .filter((line) => !keys!.split(', ').some((key) => line.startsWith(key)));
    writeFileSync(where!, kept.join('\n'));
    expect((await check())[TRUSTS]?.code).toBe(CheckCode.success);
  },
);

it('a rule that Keystone can not read is a failure', async () => {
  writeFileSync(file('policy.yaml'), 'identity:get_trust: true');
  expect((await check())[TRUSTS]).toMatchObject({
    code: CheckCode.failure,
    details: 'The rules "identity:get_trust" are neither strings nor lists, which Keystone can\'t read.',
  });
});

it('of JSON is a failure by whatever name, until it is converted', async () => {
  writeFileSync(file('policy.yaml'), '{"identity:get_user": "role:admin"}');
  const { [JSON_TO_YAML]: outcome } = await check();
  expect(outcome).toMatchObject({
    code: CheckCode.failure,
    details: expect.stringMatching(/^Your policy file is JSON-formatted/),
  });
  const [, output] = /--output-file (\S+); then move \1 to \S+$/.exec(outcome!.remedy!)!;
  writeFileSync(output!, '"identity:get_user": "role:admin"');
  renameSync(output!, file('policy.yaml'));
  expect((await check())[JSON_TO_YAML]?.code).toBe(CheckCode.success);
});

it('policy.json that nothing reads any more is a warning, until it is converted and named', async () => {
  writeFileSync(file('keystone.conf'), '');
  writeFileSync(file('policy.json'), '{"identity:get_user": "role:admin"}');
  const { [JSON_TO_YAML]: outcome } = await check();
  expect(outcome?.code).toBe(CheckCode.warning);
  const [, output] = /--output-file (\S+); then set policy_file = \1 in section \[oslo_policy\]/.exec(
    outcome!.remedy!,
  )!;
  renameSync(file('policy.json'), output!);
  writeFileSync(output!, '"identity:get_user": "role:admin"');
  writeFileSync(file('keystone.conf'), `[oslo_policy]\npolicy_file = ${output}`);
  expect((await check())[JSON_TO_YAML]?.code).toBe(CheckCode.success);
});

it.each([
  ['is no YAML', () => writeFileSync(file('policy.yaml'), 'a: @'), [TRUSTS]],
  [
    'is no file',
    () => writeFileSync(file('keystone.conf'), `[oslo_policy]\npolicy_file = ${etc}`),
    [TRUSTS, JSON_TO_YAML],
  ],
])('one that %s fails its checks, and the others still show', async (_, damage, failing) => {
  damage();
  const outcomes = await check();
  const failed = Object.values(outcomes).filter(({ id, code }) => id !== ROLES && code === CheckCode.failure);
  expect(failed.map(({ id }) => id)).toEqual(failing);
  for (const { details, remedy } of failed) {
    expect(details).toMatch(/^This could not be checked\. /);
    expect(remedy).toBeTruthy();
  }
});
