import { describe, expect, it } from '@jest/globals';
import { assertId, missingFrom, NOBODY } from '../../../../src/rules/compute/caller.ts';

const [alice, demo] = [
  { userId: 'alice', projectId: null },
  { userId: null, projectId: 'demo' },
];

describe('what a command is still to be told of who acts', () => {
  it.each([
    ['of nobody', 'nothing', NOBODY, []],
    ['of nobody', 'user', NOBODY, ['user']],
    ['of nobody', 'user and project', NOBODY, ['user', 'project']],
    ['of a user', 'user', alice, []],
    ['of a user', 'user and project', alice, ['project']],
    ['of a project', 'nothing', demo, []],
    ['of a project', 'user', demo, ['user']],
    ['of both', 'user and project', { ...alice, projectId: 'demo' }, []],
  ] as const)('%s that needs %s', (_, needs, caller, missing) =>
    expect(missingFrom(caller, needs)).toEqual(missing),
  );
});

it('an ID has 1 to 64 characters and no blank', () => {
  for (const id of ['a', 'a'.repeat(64), '8c61f450d566454f9a3648498d556b37', 'LDAP-ü'])
    expect(() => assertId(id, '--x')).not.toThrow();
  for (const id of ['', 'a'.repeat(65), 'a b', 'a\u00A0b', 'a\n', '\0'])
    expect(() => assertId(id, '--x')).toThrow('--x is no ID');
});
