import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type Outcome, TestHome } from '../support/home/cli.ts';
import { type Fault, type Plan, PostgresProxy } from '../support/cloud/postgres-proxy.ts';

const home = TestHome.clone();
let proxy: PostgresProxy;
beforeAll(async () => {
  await home.run(['db', 'sync']);
  const address = { host: home.home.runDir, port: 5432, database: 'keystone', user: 'openstack' };
  proxy = await PostgresProxy.start({ ...address, password: null, ssl: 'disable', sslRootCert: null });
});
afterAll(async () => {
  proxy.stop();
  await home.remove();
});
beforeEach(() => proxy.reset());

const through = (...args: string[]): Promise<Outcome> =>
  home.run(args, {
    env: { KEYWARD_KEYSTONE_DATABASE_URL: `postgresql://openstack@/keystone?host=${proxy.address.host}` },
  });
const rolesLike = async (prefix: string): Promise<string[]> =>
  (
    await home.query<{ name: string }>(`select name from role where name like '${prefix}%' order by name`)
  ).map(({ name }) => name);
/** Strikes at the n-th COMMIT of a transaction that has written an audit row. */
const atCommit = (n: number, fault: Fault): Plan => {
  let [hasWritten, commits] = [false, 0];
  return ({ text }) => {
    if (/keyward"\."audit" \(/.test(text)) hasWritten = true;
    if (text !== 'commit' || !hasWritten) return null;
    hasWritten = false;
    commits += 1;
    return commits === n ? fault : null;
  };
};

it('a change whose COMMIT was done is reported as done, though the answer was lost', async () => {
  proxy.plan = atCommit(1, 'cut-after');
  const { code, stdout, stderr } = await through('role', 'create', 'kept');
  expect(stderr).toMatch(
    /^The connection was lost while the change was committed\..*\nThe change was committed\.\n/,
  );
  expect(stdout).toContain('kept');
  expect(code).toBe(0);
});

it('a change that nobody can be asked about is not known, and the command that is named tells', async () => {
  proxy.plan = atCommit(1, 'gone');
  const { code, stderr } = await through('role', 'create', 'perhaps', '--timeout', '1');
  expect(stderr).toMatch(
    /Error: The connection .* was lost while .*It is not known whether anything was changed\./,
  );
  expect(code).toBe(75);
  const [, command] = /`(keyward audit list[^`]*)`/.exec(stderr)!;
  const told = await home.shell(`${command} -f json`);
  expect(JSON.parse(told.stdout)).toEqual([]);
  expect(await rolesLike('perhaps')).toEqual([]);
});

it.each<[string, Plan, number, RegExp[], string[]]>([
  [
    'the answer to the first COMMIT is lost',
    atCommit(1, 'cut-after'),
    0,
    [/The change was committed/],
    ['a-3'],
  ],
  [
    'the second can not be asked about',
    atCommit(2, 'gone'),
    75,
    [
      /^a-2: Error: .*not known whether anything was changed.*audit list --request-id/m,
      /^Error: It is not known whether this one was deleted: a-2\. Not tried: nowhere\. These were deleted: a-1\.$/m,
    ],
    ['a-2', 'a-3'],
  ],
  [
    'the connection is lost before the second COMMIT',
    atCommit(2, 'cut'),
    69,
    [
      /^a-2: Error: .*can't be used.* Nothing was changed\./m,
      /^Error: 1 of 3 roles could not be deleted\. Not tried: nowhere\. These were deleted: a-1\.$/m,
    ],
    ['a-2', 'a-3'],
  ],
])('of several names each is told: %s', async (_, plan, exitCode, said, left) => {
  await home.query("delete from role where name like 'a-%'");
  for (const name of ['a-1', 'a-2', 'a-3']) await home.run(['role', 'create', name]);
  proxy.plan = plan;
  const names = exitCode === 0 ? ['a-1', 'a-2'] : ['a-1', 'a-2', 'nowhere'];
  const { code, stderr } = await through('role', 'delete', ...names, '--timeout', '1');
  for (const line of said) expect(stderr).toMatch(line);
  expect(stderr).not.toMatch(/bug in keyward|\n {4}at /);
  expect(code).toBe(exitCode);
  expect(await rolesLike('a-')).toEqual(left);
});

it('a lock is waited for as long as --timeout says; who holds it is told, and nothing was changed', async () => {
  await home.run(['role', 'create', 'held']);
  const letGo = await home.holdUp('lock table role');
  const { code, stderr } = await through('role', 'set', 'held', '--description', 'x', '--timeout', '1');
  await letGo();
  expect(stderr).toMatch(
    /^Waiting for a lock of process \d+ \(user openstack\), in a transaction since .*lock table role/,
  );
  expect(stderr).toMatch(
    /\nError: .*gave no lock in time: .* Nothing was changed\. It waited for process \d+/,
  );
  expect(code).toBe(69);
});

it('a connection that is cut in the look-up of --or-show is told as one, without a stack', async () => {
  await home.run(['role', 'create', 'there']);
  let isTaken = false;
  proxy.plan = ({ text }) => {
    isTaken ||= text === 'rollback';
    return isTaken && /from role/i.test(text) ? 'cut' : null;
  };
  const { code, stderr } = await through('role', 'create', 'there', '--or-show');
  expect(stderr).toMatch(/^Error: The database keystone at .* can't be used: .*repeat the command\.\n$/);
  expect(code).toBe(69);
});
