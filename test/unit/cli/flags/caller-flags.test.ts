import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Parser } from '@oclif/core';
import { type CallerFlags, callerFlags, statedCaller } from '../../../../src/cli/flags/caller-flags.ts';

const before = { ...process.env };
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('OS_')) delete process.env[name];
});
afterEach(() => {
  process.env = { ...before };
});

async function stated(argv: string, env: NodeJS.ProcessEnv = {}) {
  Object.assign(process.env, env);
  const { flags } = await Parser.parse<CallerFlags, never, never>(argv.split(' ').filter(Boolean), {
    flags: callerFlags as never,
  });
  return statedCaller(flags);
}

describe('who acts is', () => {
  const bob = { name: 'bob', domain: null };
  it.each<[string, string, NodeJS.ProcessEnv, object]>([
    ['nobody', '', {}, { user: null, project: null }],
    ['nobody of empty variables', '', { OS_USERNAME: '', OS_PROJECT_ID: '' }, { user: null, project: null }],
    ['nobody of a domain alone', '', { OS_USER_DOMAIN_NAME: 'd' }, { user: null, project: null }],
    ['a user without a project', '--os-username bob', {}, { user: bob, project: null }],
    ['a project without a user', '--os-project-id p1', {}, { user: null, project: { id: 'p1' } }],
    [
      'who the variables name',
      '',
      { OS_USERNAME: 'bob', OS_PROJECT_NAME: 'demo' },
      { user: bob, project: { name: 'demo', domain: null } },
    ],
    [
      'in the domains that they are in, of which an ID counts',
      '',
      {
        OS_USERNAME: 'bob',
        OS_USER_DOMAIN_NAME: 'Staff',
        OS_PROJECT_NAME: 'demo',
        OS_PROJECT_DOMAIN_NAME: 'Default',
        OS_PROJECT_DOMAIN_ID: 'default',
      },
      {
        user: { name: 'bob', domain: { name: 'Staff' } },
        project: { name: 'demo', domain: { id: 'default' } },
      },
    ],
    ['of two variables the ID', '', { OS_USERNAME: 'bob', OS_USER_ID: 'u1' }, { user: { id: 'u1' } }],
    ['of a flag and its variable the flag', '--os-user-id u2', { OS_USER_ID: 'u1' }, { user: { id: 'u2' } }],
    ['a typed name, whatever ID a variable has', '--os-username bob', { OS_USER_ID: 'u1' }, { user: bob }],
    [
      'a typed ID, whatever name a variable has',
      '--os-user-id u1',
      { OS_USERNAME: 'eve' },
      { user: { id: 'u1' } },
    ],
    [
      'in a typed domain, whatever a variable has',
      '--os-username bob --os-user-domain-name d',
      { OS_USER_DOMAIN_ID: 'default' },
      { user: { name: 'bob', domain: { name: 'd' } } },
    ],
  ])('%s', async (_, argv, env, expected) => expect(await stated(argv, env)).toMatchObject(expected));
});

describe('is refused:', () => {
  it.each<[string, string, NodeJS.ProcessEnv, RegExp]>([
    [
      'a name and an ID',
      '--os-username a --os-user-id b',
      {},
      /--os-user-id and --os-username were both given/,
    ],
    ['an empty flag', '--os-user-id=', { OS_USER_ID: 'u1' }, /--os-user-id is empty/],
    ['an empty name', '--os-project-name=', {}, /--os-project-name is empty/],
    ['an ID of 65 characters', `--os-user-id ${'a'.repeat(65)}`, {}, /--os-user-id is no ID/],
    ['an ID with a space', '', { OS_PROJECT_ID: 'a b' }, /OS_PROJECT_ID is no ID/],
    [
      'an ID with a control character',
      '',
      { OS_USER_DOMAIN_ID: 'a\u0001', OS_USERNAME: 'x' },
      /OS_USER_DOMAIN_ID/,
    ],
  ])('%s', async (_, argv, env, says) =>
    expect(stated(argv, env)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(says),
    }),
  );
});
