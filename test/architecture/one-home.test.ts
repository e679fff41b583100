import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const DOOR = 'services/identity/guarded/guarded-resource.ts';
const BEHIND = 'services/identity/guarded/';
const GUARDED_TABLES =
  /\b(Role|RoleOption|ImpliedRole|User|LocalUser|Password|Project|ProjectOption|ProjectTag|UserOption|KeywardUserOption)\b/;
const WRITE_CALL =
  /\.(?:insert|insertMany|upsert|upsertMany|nativeUpdate|nativeDelete|create|assign|persist|remove|createQueryBuilder|qb)\(\s*(\w+)/g;
/** Ways to write that name no table here: managed entities that are flushed, and the query builder below MikroORM. */
const WRITE_UNSEEN = /\.(?:flush|commit|insertInto|updateTable|deleteFrom|mergeInto)\(/;
const WRITE_SQL =
  /\b(?:insert\s+into|update|delete\s+from)\s+(?:public\.)?"?(role|role_option|implied_role|user|local_user|nonlocal_user|password|project|project_option|project_tag|(?:keyward\.)?user_option)\b/i;

/** A table whose name is put in may be any of them: `kindTables` has their names. */
const WRITE_ANY = /\b(?:insert\s+into|update|delete\s+from)\s+(?:\w+\.)?"?\$\{/i;

const root = path.join(process.cwd(), 'src');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));

/** What is wrong with a source, by the rule that there is one door; empty if nothing is. */
function trespasses({ file, text }: { file: string; text: string }): string[] {
  const found: string[] = [];
  if (
    file !== DOOR &&
    file !== `${BEHIND}cascade.ts` &&
    /import \{[^}]*\bassert(?:Updatable|Deletable|CascadeAllowed|ImplicationsEditable)\b[^}]*\} from/.test(
      text,
    )
  )
    found.push('asks the rule');
  if (file.startsWith(BEHIND)) return found;
  if (/from '[^']*guarded\/(?!guarded-resource\.ts)/.test(text)) found.push('goes behind the door');
  const written = [...text.matchAll(WRITE_CALL)].some(([, entity]) => GUARDED_TABLES.test(entity!));
  // Rules do no I/O (the walls see to that); SQL in them is a remedy's text.
  if (
    !file.startsWith('rules/') &&
    (written || [WRITE_SQL, WRITE_ANY, WRITE_UNSEEN].some((write) => write.test(text)))
  )
    found.push('writes a guarded table');
  return found;
}

describe('roles, users, projects and domains have one door', () => {
  it.each(sources.map((source) => [source.file, source] as const))('%s', (_, source) => {
    expect(trespasses(source)).toEqual([]);
  });

  it.each([
    [
      'services/identity/x.ts',
      "import { assertUpdatable } from '../../rules/immutability.ts';",
      'asks the rule',
    ],
    ['services/identity/x.ts', "import { insertRow } from './guarded/rows.ts';", 'goes behind the door'],
    ['services/identity/x.ts', 'await em.nativeDelete(Role, { id });', 'writes a guarded table'],
    ['services/identity/x.ts', 'await em.insert(Project, row);', 'writes a guarded table'],
    [
      'services/identity/x.ts',
      'await em.execute(`update "user" set enabled = false`);',
      'writes a guarded table',
    ],
    ['services/identity/x.ts', 'role.name = "x"; await em.flush();', 'writes a guarded table'],
    [
      'services/identity/x.ts',
      'await em.getKysely().deleteFrom("role").execute();',
      'writes a guarded table',
    ],
    ['services/identity/x.ts', 'em.createQueryBuilder(Role).update({})', 'writes a guarded table'],
    ['commands/x.ts', 'db.query("DELETE FROM project_option")', 'writes a guarded table'],
    [
      'services/identity/x.ts',
      'await em.execute(`update ${kindTables[kind].table} set name = ?`);',
      'writes a guarded table',
    ],
    ['services/identity/x.ts', 'await em.upsert(UserOption, row);', 'writes a guarded table'],
    ['services/identity/x.ts', 'await em.execute(`delete from user_option`);', 'writes a guarded table'],
    [
      'services/identity/x.ts',
      'await em.execute(`delete from keyward.user_option`);',
      'writes a guarded table',
    ],
  ])('a planted trespass in %s is found: %s', (file, text, wrong) => {
    expect(trespasses({ file, text })).toContain(wrong);
  });

  it('the door itself asks the rule', () => {
    const door = sources.find(({ file }) => file === DOOR)!.text;
    expect(door).toContain('assertUpdatable(guarded, checked)');
    expect(door).toContain('assertDeletable(guarded)');
  });
});
