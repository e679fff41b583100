import { describe, expect, it } from '@jest/globals';
import { judgeDefaultRoles, type StoredRole } from '../../../../src/rules/identity/default-role-check.ts';
import { CheckCode } from '../../../../src/rules/upgrade-check.ts';

const NAMES = ['admin', 'manager', 'member', 'reader', 'service'];
const BOOTSTRAP = 'keyward bootstrap --immutable-roles';
const set = (names: string): string => `keyward role set --immutable ${names}`;

/** A bootstrapped cloud's roles, with some options replaced; `undefined` removes the role. */
function judge(
  changes: Record<string, string | null | undefined> = {},
  implyingManager: string[] = ['admin'],
) {
  const options = { ...Object.fromEntries(NAMES.map((name) => [name, 'true'])), ...changes };
  const roles = Object.entries(options)
    .filter(([, immutable]) => immutable !== undefined)
    .map(([name, immutable]): StoredRole => ({ id: `id-of-${name}`, name, immutable: immutable! }));
  return judgeDefaultRoles({ roles, implyingManager });
}

const success = (details: string) => ({ code: CheckCode.success, details, remedy: null });
const warning = (details: string, remedy = BOOTSTRAP) => ({ code: CheckCode.warning, details, remedy });
const failure = (details: string, remedy = BOOTSTRAP) => ({ code: CheckCode.failure, details, remedy });

it('is content with what bootstrap makes', () => {
  expect(judge()).toEqual(success('Default roles are immutable.'));
});

describe('mutable roles', () => {
  it("fails with upstream's words, in bootstrap's order", () => {
    expect(judge({ admin: null, reader: null, member: null })).toEqual(
      failure('Roles are not immutable: reader, member, admin', set('reader member admin')),
    );
  });

  it('does not add to them what upstream does not look at', () => {
    expect(judge(Object.fromEntries(NAMES.map((name) => [name, null])))).toEqual(
      failure('Roles are not immutable: reader, member, admin', set('reader member manager admin service')),
    );
  });

  it('warns of manager and service', () => {
    expect(judge({ manager: null, service: 'false' })).toEqual(
      warning('Roles are not immutable: manager, service', set('manager service')),
    );
  });

  it.each(['true', '1', '"true"', '"false"', '[0]', '{"a":1}', ' true '])('takes %s for true', (value) => {
    expect(judge({ reader: value }).code).toBe(CheckCode.success);
  });

  it.each([null, 'null', 'false', '0', '-0', '""', '[]', '{}'])('takes %s for false', (value) => {
    expect(judge({ reader: value })).toEqual(failure('Roles are not immutable: reader', set('reader')));
  });

  it('does not mind roles that are not default', () => {
    expect(judge({ observer: null }).code).toBe(CheckCode.success);
  });
});

describe('options that are no JSON', () => {
  it.each(['True', '', '{', "'true'"])('says which role has %p', (value) => {
    expect(judge({ member: value })).toEqual(
      failure(
        `The immutable option of these roles is no valid JSON, so that Keystone can't list roles: member (${value})`,
      ),
    );
  });

  it("sees those of other roles, which bootstrap can't mend", () => {
    const { code, remedy } = judge({ observer: 'True', reader: 'True' });
    expect(code).toBe(CheckCode.failure);
    expect(remedy).toContain("option_id = 'IMMU' and role_id in ('id-of-observer');");
  });
});

describe('roles that are not there', () => {
  it('warns where nothing has been bootstrapped', () => {
    const none = Object.fromEntries(NAMES.map((name) => [name, undefined]));
    expect(judge({ ...none, observer: null }, [])).toEqual(
      warning(
        'There are no default roles: this Keystone has not been bootstrapped yet.',
        'keyward bootstrap',
      ),
    );
  });

  it.each([
    ['reader', { reader: undefined }],
    ['member', { member: undefined }],
    ['reader, member', { reader: undefined, member: undefined }],
    ['admin', { admin: undefined }],
  ])('fails without %s', (missing, changes) => {
    expect(judge(changes, [])).toEqual(failure(`Default roles are missing: ${missing}`));
  });

  it('fails where service alone is left', () => {
    const gone = { reader: undefined, member: undefined, manager: undefined, admin: undefined };
    expect(judge(gone, [])).toEqual(failure('Default roles are missing: reader, member, admin'));
  });

  it('says both what is mutable and what is missing', () => {
    expect(judge({ reader: null, member: undefined })).toEqual(
      failure('Roles are not immutable: reader. Default roles are missing: member'),
    );
  });

  it('does not miss manager and service, which older Keystones do not make', () => {
    expect(judge({ manager: undefined, service: undefined }, []).code).toBe(CheckCode.success);
  });
});

describe('an admin role of another name', () => {
  it('is named', () => {
    expect(judge({ admin: undefined, boss: 'true' }, ['boss'])).toEqual(
      success('Default roles are immutable. In the place of admin there is boss, which implies manager.'),
    );
  });

  it('is kept by the remedy', () => {
    expect(judge({ admin: undefined, 'the boss': 'true', reader: undefined }, ['the boss'])).toEqual(
      failure('Default roles are missing: reader', `${BOOTSTRAP} --bootstrap-role-name 'the boss'`),
    );
  });

  it('warns when it is mutable', () => {
    expect(judge({ admin: undefined, 'the boss': null }, ['the boss'])).toEqual(
      warning('Roles are not immutable: the boss', set("'the boss'")),
    );
  });

  it('does not count where there is an admin, nor is it a default role', () => {
    expect(judge({ boss: null }, ['admin', 'boss']).code).toBe(CheckCode.success);
    expect(judge({ admin: undefined }, ['service'])).toEqual(failure('Default roles are missing: admin'));
  });
});
