import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BOOTSTRAP_LOCK, runIdOf, type Running, TestHome, until } from '../test/support/home/cli.ts';
import { everyRow, packedHome, pathOf, type Recorded } from '../test/support/home/older-home.ts';

/**
 * Records the home that an older keyward leaves behind, for `test/journeys/older-home.test.ts`: its database, Temporal's
 * file and the payload key, with runs that have ended and one that is open, and beside them what that keyward showed
 * and every row. Run it by a built checkout's programs, in that checkout:
 *
 *     git worktree add --detach CHECKOUT 6492209 && cd CHECKOUT && npm ci && npm run build
 *     node KEYWARD/scripts/record-home.ts
 */
const commit = execFileSync('git', ['rev-parse', '--short=7', 'HEAD'], { encoding: 'utf8' }).trim();
const dir = pathOf(commit);
if (existsSync(dir)) throw new Error(`${dir} is in the way.`);
const home = new TestHome(dir);
const PASSWORD = 'recorded-Pw-1\n';
const BOOTSTRAP = ['bootstrap', '--bootstrap-password-stdin', '--immutable-roles', '--bootstrap-region-id'];
const WHILE_PLANNING = 'lock table role in access exclusive mode';

/** The older keyward runs these commands, each with what it reads from standard input. */
const SCENE: [line: string, input?: string][] = [
  ['up'],
  ['db sync'],
  [`${BOOTSTRAP.join(' ')} RegionOne --bootstrap-public-url http://127.0.0.1:5000/v3`, PASSWORD],
  [`${BOOTSTRAP.join(' ')} RegionOne`, PASSWORD],
  ['domain create customers --immutable'],
  ['domain create partners --description Zürich'],
  ['project create shop --domain customers --tag green --property colour=blue'],
  ['project create vault --immutable'],
  ['role create observer --immutable'],
  ['role create temporary'],
  ['role create gone'],
  ['role delete gone'],
  ['user create alice --immutable --password-stdin --email alice@example.org', 'alice-Pw-1\n'],
  ['user create bob --ignore-password-expiry'],
  ['user set bob --disable'],
  ['user password set admin --password-stdin', 'recorded-Pw-2\n'],
  ['role add observer --user bob --project vault'],
  ['role add observer --user alice --system all'],
  ['implied role create temporary --implied-role reader'],
  ['status upgrade check'],
];
/** It then shows these, and a newer keyward must still show them. */
const SHOWN = [
  'domain list',
  'project list --long',
  'role list',
  'user list --long',
  'role assignment list --names',
  'implied role list',
  'audit list',
  'workflow list',
];

for (const [line, input] of SCENE) await succeed(line.split(' '), input);
for (const how of ['cancel', 'terminate']) {
  await heldUp(WHILE_PLANNING, 'relation', async (command) => {
    await succeed(['workflow', how, runIdOf(command.stderr())!]);
  });
}
await heldUp(BOOTSTRAP_LOCK, 'advisory', async (command) => {
  process.kill(home.pid('worker'), 'SIGKILL');
  command.process.kill('SIGINT');
});
const shown: Recorded['shown'] = {};
for (const line of SHOWN) shown[line] = await home.json(...line.split(' '));
const rows = await everyRow((sql) => home.query(sql));
await succeed(['down', '--force']);
const fixture = path.join(import.meta.dirname, '../test/fixtures/homes', commit);
mkdirSync(path.dirname(fixture), { recursive: true });
writeFileSync(`${fixture}.json`, `${JSON.stringify({ commit, shown, rows }, null, 1)}\n`);
writeFileSync(`${fixture}.tar.zst`, packedHome(dir));
await home.remove();

/** Starts a bootstrap that would add a region, and lets it go after `act`. */
async function heldUp(
  lock: string,
  by: 'advisory' | 'relation',
  act: (command: Running) => Promise<void>,
): Promise<void> {
  const release = await home.holdUp(lock);
  const command = home.start([...BOOTSTRAP, 'RegionTwo'], { input: PASSWORD });
  await until(() => home.isHeldUp(by));
  await act(command);
  await release();
  await command.outcome;
  await until(async () => !(await home.isHeldUp(by)));
}

async function succeed(command: string[], input?: string): Promise<void> {
  const { code, stderr } = await home.run(command, { ...(input !== undefined && { input }) });
  if (code !== 0) throw new Error(`keyward ${command.join(' ')} failed: ${stderr}`);
}
