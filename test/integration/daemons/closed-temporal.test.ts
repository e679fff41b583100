import { Connection } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { stopParts } from '../../../src/daemons/parts.ts';
import { ensureTemporal, uiLink } from '../../../src/daemons/temporal-server/server.ts';
import { socketPaths } from '../../../src/rules/temporal-address.ts';
import { connectNativeSocket, localClientOptions } from '../../../src/temporal/local-socket.ts';
import { OPEN_NOTE } from '../../../src/rules/open-note.ts';
import { until } from '../../support/home/cli.ts';
import { EngineHome, NOBODY, withoutNetworks } from '../../support/home/engine-home.ts';

const silent = () => {};
let engine: EngineHome;
beforeEach(() => {
  engine = new EngineHome();
});
afterEach(() => engine.remove());

const relay = (): number => engine.part('temporal').pid!;

/** The server, by whose child it is. */
function serverOf(parent: number): number {
  const [child] = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ');
  return Number(child || parent);
}

/** How many ports of the host, on which somebody listens, a process has. */
function countHostPorts(pid: number): number {
  const LISTENING = '0A';
  const lines = ['tcp', 'tcp6'].flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').split('\n'));
  const inodes = lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === LISTENING)
    .map((fields) => `socket:[${fields[9]}]`);
  const open = readdirSync(`/proc/${pid}/fd`).map((fd) => fileBehind(`/proc/${pid}/fd/${fd}`));
  return open.filter((file) => file !== null && inodes.includes(file)).length;
}

/** A server closes other files while one looks; what listens stays open. */
function fileBehind(link: string): string | null {
  try {
    return readlinkSync(link);
  } catch {
    return null;
  }
}

describe('another account', () => {
  const asNobody = (program: string, ...args: string[]) =>
    spawnSync(program, args, { uid: NOBODY, gid: NOBODY, encoding: 'utf8', cwd: '/' });

  it('finds no port of it, and gets in neither at its sockets nor into its network', async () => {
    const { address } = await ensureTemporal(engine.home, silent);
    expect([relay(), serverOf(relay())].map(countHostPorts)).toEqual([0, 0]);
    // Also in a home that others may look into, as long as they can't write there.
    chmodSync(engine.dir, 0o755);
    for (const socket of Object.values(socketPaths(address))) {
      const knock = `require('net').connect(${JSON.stringify(socket)}).on('error', ({ code }) => console.log(code)).on('connect', () => process.exit(1))`;
      expect(asNobody(process.execPath, '-e', knock)).toMatchObject({ status: 0, stdout: 'EACCES\n' });
    }
    const entered = asNobody('nsenter', '-t', String(relay()), '-n', 'true');
    expect(entered).toMatchObject({ status: 1, stderr: expect.stringContaining('Permission denied') });
  });

  it('finds every port of one that can not be closed', async () => {
    await engine.ensure('temporal', withoutNetworks(engine.dir));
    expect(countHostPorts(serverOf(relay()))).toBeGreaterThanOrEqual(5);
  });
});

describe('root', () => {
  const WITHOUT_CAPABILITY = ['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-sys_admin'];
  /** For itself, in a namespace of its own. */
  const FORBIDS = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"';
  const WITHOUT_USERS = ['unshare', '-Ur', 'sh', '-c', FORBIDS, 'sh'];

  it.each([
    ['is', 'without CAP_SYS_ADMIN', WITHOUT_CAPABILITY, /^unix:/, []],
    ['is', 'where user namespaces are forbidden', WITHOUT_USERS, /^unix:/, []],
    ['is not', 'with neither', [...WITHOUT_USERS, ...WITHOUT_CAPABILITY], /^127/, [OPEN_NOTE]],
  ])('it %s closed for root %s', async (_is, _where, before, address, notes) => {
    const ensured = await engine.ensure('temporal', {}, before);
    expect(ensured.lines).toEqual(['Starting Temporal.', ...notes]);
    expect(ensured.address.address).toMatch(address);
  });
});

describe('kill -9', () => {
  const left = () => readdirSync(engine.home.runDir);
  const isGone = (pid: number) => !existsSync(`/proc/${pid}`);

  async function killed(victim: () => number): Promise<void> {
    const pids = [relay(), serverOf(relay())];
    process.kill(victim(), 'SIGKILL');
    await until(() => pids.every(isGone));
    expect(engine.part('temporal').state).toBe('stopped');
  }

  it.each([
    ['relay', () => relay()],
    ['server', () => serverOf(relay())],
  ])('of the %s ends both; a command starts them again, and `down` leaves nothing', async (_, victim) => {
    const before = await ensureTemporal(engine.home, silent);
    await killed(victim);
    expect(await ensureTemporal(engine.home, silent)).toEqual(before);
    expect(left()).toHaveLength(2);
    await killed(victim);
    await stopParts(engine.home);
    expect(left()).toEqual([]);
  });
});

/** The SDK refuses sockets; what gets past it is not documented. */
it('client and worker reach it by sockets whose path is as long and as odd as it may be', async () => {
  const room = 107 - '/run/worker-0123456789ab.sock'.length;
  const odd = 'keyward ü%20"#?-';
  const probe = new EngineHome(odd);
  const padding = 'x'.repeat(room - Buffer.byteLength(probe.dir));
  await probe.remove();
  const longest = new EngineHome(odd + padding);
  try {
    expect(Buffer.byteLength(longest.home.runDir) + '/worker-0123456789ab.sock'.length).toBe(107);
    const { address } = await ensureTemporal(longest.home, silent);
    Runtime.install({ shutdownSignals: [] });
    const client = await Connection.connect(await localClientOptions(address));
    const worker = await connectNativeSocket(address);
    for (const { workflowService } of [client, worker])
      expect(await workflowService.describeNamespace({ namespace: 'default' })).toMatchObject({
        namespaceInfo: { name: 'default' },
      });
    await worker.close();
    await client.close();
  } finally {
    await longest.remove();
  }
});

describe('the web UI', () => {
  const API = '/api/v1/namespaces/default/workflows';
  /** Its host's name is a browser's to resolve. */
  const local = (url: string) => url.replace(/keyward-\w+\.localhost/, '127.0.0.1');

  it('lets in who has a token, once, and by its cookie from then on', async () => {
    await ensureTemporal(engine.home, silent);
    const temporal = await ensureTemporal(engine.home, silent, { ui: true });
    expect(await ensureTemporal(engine.home, silent)).toEqual(temporal);
    expect(temporal.uiAddress).toMatch(/^http:\/\/keyward-[0-9a-f]{12}\.localhost:\d+$/);
    const ui = local(temporal.uiAddress!);
    const link = local((await uiLink(temporal))!);
    const first = await fetch(link);
    expect(first.status).toBe(200);
    const [cookie, ...attributes] = first.headers.get('set-cookie')!.split('; ');
    expect(attributes).toEqual(['HttpOnly', 'SameSite=Strict', 'Path=/']);
    expect((await fetch(link)).status).toBe(403);

    const headers = { cookie: `other=1; ${cookie}` };
    const start = await fetch(ui, { headers });
    expect([start.status, await start.text()]).toEqual([200, expect.stringContaining('<html')]);
    expect(await (await fetch(ui + API, { headers })).json()).toEqual(expect.any(Object));

    const [name] = cookie!.split('=');
    const refused = await Promise.all(
      [{}, { cookie: `${name}=` }, { cookie: `${cookie}x` }, { cookie: `x${cookie}` }].flatMap((strange) =>
        ['/', API, '/?token=', `/?token=${'A'.repeat(43)}`, '/api/v1/settings'].map((page) =>
          fetch(ui + page, { headers: strange }),
        ),
      ),
    );
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([403]));
    const terminate = await fetch(`${ui}${API}/x/terminate`, { method: 'POST', body: '{}' });
    expect([terminate.status, await terminate.text()]).toEqual([403, expect.stringContaining('up --ui')]);
  });
});
