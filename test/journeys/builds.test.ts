import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { buildId, Builds } from '../../scripts/builds.ts';
import { until } from '../support/home/cli.ts';

const run = promisify(execFile);
const PARTS = ['bin', 'migrations', 'oclif.manifest.json', 'package.json', 'scripts'];
/** A home that can't be used: the command ends after it has loaded what it works with. */
const env = { ...process.env, NODE_OPTIONS: '', KEYWARD_HOME: '/dev/null/keyward' };

let clone: string;
let made = 0;
beforeEach(() => {
  clone = realpathSync(mkdtempSync(path.join(tmpdir(), 'keyward-clone-')));
  for (const part of PARTS) cpSync(part, path.join(clone, part), { recursive: true });
  symlinkSync(path.resolve('node_modules'), path.join(clone, 'node_modules'));
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

const inClone = (...parts: string[]): string => path.join(clone, ...parts);
const bin = () => inClone('bin/run.js');
const builds = () => readdirSync(clone).filter((name) => /^dist\.[\da-f]{12}$/.test(name));
const current = (): string => readlinkSync(inClone('dist'));

/** A build of its own, without the compiler. */
const rebuild = (change = `// ${(made += 1)}\n`): Promise<void> =>
  new Builds(clone).build(async (draft) => {
    cpSync(realpathSync('dist'), draft, { recursive: true });
    appendFileSync(path.join(draft, 'main.js'), change);
    writeFileSync(path.join(draft, 'build-id.txt'), `${buildId(clone, draft)}\n`);
  });

/**
 * In the place of keyward: notes its arguments, waits for the test's word and, as keyward does, refuses to generate a
 * password into a file that is there.
 */
const NOTER = `
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
const [command, ...args] = process.argv.slice(2);
const how = args.find((arg) => arg.includes('password')) ?? '';
const verb = ['create', 'list'].find((each) => each === args[0]) ?? how.replace(/=.*/, '');
appendFileSync('said', command + ' ' + verb + '\\n');
while (!existsSync('go')) await breathe();
if (args[0] === 'list' && existsSync('made')) console.log('m1.tiny\\ntiny');
if (command === 'image' && args[0] === 'create') writeFileSync('made', '');
if (how.startsWith('--generate')) writeFileSync(how.replace(/.*=/, ''), 'generated', { flag: 'wx' });
`;

/** The files that a process has open. */
const filesOf = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });

it('commands work while builds come and go', async () => {
  await rebuild();
  const help = () => run(process.execPath, [bin(), 'role', 'list', '--help'], { env });
  for (let round = 0; round < 6; round += 1) {
    const running = Promise.all([help(), help()]);
    await rebuild();
    for (const { stdout, stderr } of await running)
      expect([stdout, stderr]).toEqual([expect.stringContaining('keyward role list'), '']);
  }
  expect(lstatSync(inClone('dist')).isSymbolicLink()).toBe(true);
});

it('a command that runs keeps its build, which goes when nobody runs it', async () => {
  await rebuild();
  const old = current();
  const child = spawn(process.execPath, [bin(), 'bootstrap', '--bootstrap-password-stdin'], { env });
  const ended = new Promise<[number | null, string]>((resolve) => {
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('close', (code) => resolve([code, stderr]));
  });
  await until(() => filesOf(child.pid!).includes(inClone(old, 'build-id.txt')));
  for (let build = 0; build < 3; build += 1) await rebuild();
  expect(builds()).toHaveLength(3);
  expect(existsSync(inClone(old))).toBe(true);
  child.stdin.end('builds-Pw-1\n');
  expect(await ended).toEqual([
    69,
    expect.stringMatching(/^Error: keyward's folder \/dev\/null\/keyward can't/),
  ]);
  await rebuild();
  expect(builds()).toHaveLength(2);
  expect(existsSync(inClone(old))).toBe(false);
});

it('a build of the same sources changes nothing; a damaged one is made again', async () => {
  await rebuild('');
  const { ino } = lstatSync(inClone(current()));
  await rebuild('');
  expect(lstatSync(inClone(current())).ino).toBe(ino);
  appendFileSync(inClone('dist/main.js'), 'damage');
  await rebuild('');
  expect(buildId(clone, inClone('dist'))).toBe(current().replace('dist.', ''));
});

it('of two builds at once one waits for the other, also over a folder that an older keyward built', async () => {
  cpSync(realpathSync('dist'), inClone('dist'), { recursive: true });
  const said = jest.spyOn(console, 'error').mockReturnValue();
  const [begun, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const first = new Builds(clone).build(async (draft) => {
    begun.resolve();
    await release.promise;
    // The other one has not touched it.
    expect(readdirSync(draft)).toEqual([]);
    cpSync(realpathSync(inClone('dist')), draft, { recursive: true });
  });
  await begun.promise;
  const second = rebuild();
  await until(() => said.mock.calls.length > 0);
  release.resolve();
  await Promise.all([first, second]);
  expect(said.mock.calls).toEqual([['Another build is under way: waiting for it.']]);
  expect(builds()).toContain(current());
  expect(readdirSync(clone).filter((name) => name.includes('draft'))).toEqual([]);
  said.mockRestore();
  const { stdout } = await run(process.execPath, [bin(), '--version'], { env });
  expect(stdout).toContain('keyward/');
});

it('of two starts at once the second waits, takes the password of the first, and makes no other flavor or image', async () => {
  symlinkSync(path.resolve('src'), inClone('src'));
  writeFileSync(bin(), NOTER);
  const start = () =>
    run(process.execPath, ['--no-warnings', inClone('scripts/start.ts')], { cwd: clone, env });
  const starts = [start(), start()];
  let said = '';
  for (const { child } of starts) child.stderr!.on('data', (text: string) => (said += text));
  const noted = (): string => readFileSync(inClone('said'), { encoding: 'utf8', flag: 'a+' });
  const waits = (): boolean => said.includes('Another `npm start` is under way');
  await until(() => waits() || noted() === 'up \nup \n');
  writeFileSync(inClone('go'), '');
  await Promise.all(starts);
  const first =
    'up ,db ,db ,bootstrap --generate-password,flavor list,flavor create,image list,image create,status ';
  const second = 'up ,db ,db ,bootstrap --bootstrap-password-file,flavor list,image list,status ';
  expect(noted().split('\n')).toEqual([...first.split(','), ...second.split(','), '']);
});

it('a package holds the files themselves', async () => {
  await rebuild();
  const build = current();
  new Builds(clone).unlink();
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: clone,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }];
  const names = files.map((file) => file.path);
  for (const name of ['bin/run.js', 'dist/main.js', 'dist/build-id.txt', 'dist/workflow-bundle.js'])
    expect(names).toContain(name);
  // By scripts/ a clone is known from a package, also in the code that is packed.
  expect(names.filter((name) => /^(dist\.|scripts\/)/.test(name))).toEqual([]);
  new Builds(clone).relink();
  expect(current()).toBe(build);
  new Builds(clone).unlink();
  await rebuild();
  expect(lstatSync(inClone('dist')).isSymbolicLink()).toBe(true);
});
