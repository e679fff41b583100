import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { freePort } from '../../free-port.ts';
import { unpackPackages } from '../debian.ts';
import { madeOnce } from '../made-once.ts';
import { endNow, untilReady } from './process.ts';

/** A RabbitMQ of Debian's, unpacked and not installed, on loopback ports and a folder of its own. */
export class RabbitMq {
  readonly url: string;
  readonly #processes: ChildProcess[];

  private constructor(port: number, processes: ChildProcess[]) {
    this.url = `rabbit://guest:guest@127.0.0.1:${port}/`;
    this.#processes = processes;
  }

  /** Throws, and never skips, where Debian's packages can't be had. Always `close` it. */
  static async start(dir: string): Promise<RabbitMq> {
    const root = await madeOnce('rabbitmq-debian', unpack);
    mkdirSync(dir, { recursive: true });
    const [port, distribution, epmdPort] = [await freePort(), await freePort(), await freePort()];
    const erlang = path.join(root, 'usr/lib/erlang');
    const env = {
      PATH: `${erlang}/bin:/usr/bin:/bin`,
      HOME: dir,
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: String(epmdPort),
      RABBITMQ_NODENAME: 'rig@localhost',
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: String(port),
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_MNESIA_BASE: path.join(dir, 'mnesia'),
      RABBITMQ_LOGS: '-',
      RABBITMQ_ENABLED_PLUGINS_FILE: path.join(dir, 'plugins'),
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      RABBITMQ_CONFIG_FILE: path.join(dir, 'none'),
      RABBITMQ_PID_FILE: path.join(dir, 'pid'),
      // So that the script becomes the server, which a signal then reaches.
      RABBITMQ_ALLOW_INPUT: '1',
    };
    const log = openSync(path.join(dir, 'rabbitmq.log'), 'a');
    const start = (command: string, ...args: string[]) =>
      spawn(command, args, { env, cwd: dir, stdio: ['ignore', log, log] });
    const epmd = start(path.join(erlang, 'bin/epmd'));
    await untilReady(epmd, () => accepts(epmdPort), path.join(dir, 'rabbitmq.log'));
    const server = start(serverIn(root), '-noinput');
    closeSync(log);
    const rabbit = new RabbitMq(port, [server, epmd]);
    await untilReady(server, () => accepts(port), path.join(dir, 'rabbitmq.log'));
    return rabbit;
  }

  async close(): Promise<void> {
    for (const child of this.#processes) await endNow(child);
  }
}

/** Unpacks the server, and all of Erlang that it depends on; the C libraries are on any machine. */
async function unpack(root: string): Promise<void> {
  await unpackPackages(root, ['rabbitmq-server'], /^erlang-[a-z0-9-]+$/);
  const erl = path.join(root, 'usr/lib/erlang/bin/erl');
  const script = readFileSync(erl, 'utf8');
  writeFileSync(erl, script.replaceAll('=/usr/lib/erlang', `=${root}/usr/lib/erlang`));
}

function serverIn(root: string): string {
  const versions = path.join(root, 'usr/lib/rabbitmq/lib');
  return path.join(versions, readdirSync(versions)[0]!, 'sbin/rabbitmq-server');
}

function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return once(socket, 'connect')
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy());
}
