import { createHmac, randomUUID } from 'node:crypto';
import { until } from '../../home/cli.ts';
import type { Ready } from './process.ts';

/** `body` is the parsed JSON, or the text if it is none; null if there is nothing. */
export type Answer = { status: number; body: any; headers: Headers };
export type Server = { id: string; status: string; [field: string]: any };
/** Something that a test stopped: how many are stopped there now, and what lets them go. */
export type Stopped = { count: () => Promise<number>; release: () => Promise<void> };
/** What the driver made of a server; the files of its config drive by path, or null if it has none. */
export type Guest = { spawns: number; configDrive: Record<string, string> | null };

/** Of nova-compute's driver, or of what the API writes for a rebuild, in its order (rig/writes.py). */
export type Step = 'spawn' | 'destroy' | 'key-pairs' | 'save' | 'image-metadata' | 'lock-note' | 'lock-save';

const MICROVERSION = '2.96';

/** A user of a project, as Nova sees it; a name that begins with `admin` is an admin's. */
export class NovaUser {
  readonly #at: Ready;
  readonly #identity: Record<string, string>;
  /** openstackclient as this user. */
  readonly env: NodeJS.ProcessEnv;

  constructor(at: Ready, password: string, name: string, project: string) {
    this.#at = at;
    const roles = name.startsWith('admin') ? 'admin' : 'member';
    this.#identity = { 'x-user-id': name, 'x-project-id': project, 'x-roles': roles };
    this.env = {
      OS_AUTH_URL: `${at.beside}/identity/v3`,
      OS_USERNAME: name,
      OS_PASSWORD: password,
      OS_PROJECT_NAME: project,
      OS_USER_DOMAIN_ID: 'default',
      OS_PROJECT_DOMAIN_ID: 'default',
      OS_IDENTITY_API_VERSION: '3',
      OS_COMPUTE_API_VERSION: MICROVERSION,
    };
  }

  /** Calls the compute API; the path begins after `/v2.1`. */
  call(method: string, path: string, body?: object, microversion = MICROVERSION): Promise<Answer> {
    const headers = {
      ...this.#identity,
      'content-type': 'application/json',
      'openstack-api-version': `compute ${microversion}`,
    };
    return ask(`${this.#at.compute}/v2.1${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
  }
}

/** A project in a running Nova, with its users, its servers, and what a test does to them and to nobody else's. */
export class NovaProject {
  readonly id = randomUUID().replaceAll('-', '');
  readonly member: NovaUser;
  /** An admin of the whole cloud, in this project. */
  readonly admin: NovaUser;
  readonly #at: Ready;
  readonly #password: string;

  constructor(at: Ready, password: string) {
    this.#at = at;
    this.#password = password;
    this.member = this.user('alice');
    this.admin = this.user('admin');
  }

  /** The ids of the only images, by name. */
  get images(): Ready['images'] {
    return this.#at.images;
  }

  user(name: string): NovaUser {
    return new NovaUser(this.#at, this.#password, name, this.id);
  }

  /** Asks for a server as the member, and gives its id at once. */
  async boot(more: Record<string, unknown> = {}): Promise<string> {
    const server = { name: 'server', flavorRef: '1', imageRef: this.images.img1, networks: 'none', ...more };
    const { status, body } = await this.member.call('POST', '/servers', { server });
    if (status !== 202) throw new Error(`no server: ${status} ${JSON.stringify(body)}`);
    return body.server.id as string;
  }

  /** Does a server's action, as the member; throws if Nova refuses it. */
  async act(id: string, action: object): Promise<void> {
    const { status, body } = await this.member.call('POST', `/servers/${id}/action`, action);
    if (status >= 400) throw new Error(`no action: ${status} ${JSON.stringify(body)}`);
  }

  async show(id: string): Promise<Server> {
    const { status, body } = await this.admin.call('GET', `/servers/${id}`);
    if (status !== 200) throw new Error(`no server ${id}: ${status} ${JSON.stringify(body)}`);
    return body.server as Server;
  }

  /** Waits until no task is left, and gives the server, which may be in error then. */
  async settled(id: string): Promise<Server> {
    let server = await this.show(id);
    await until(async () => {
      server = await this.show(id);
      return server['OS-EXT-STS:task_state'] === null && server.status !== 'BUILD';
    });
    return server;
  }

  /** Keeps RPC messages of a method that this project causes, or that are about its servers, until they are released. */
  hold(method: string): Promise<Stopped> {
    return this.#stop(`rpc/${method}`, '&fate=hold', 'caught');
  }

  /** Loses such messages, until that is released. */
  drop(method: string): Promise<Stopped> {
    return this.#stop(`rpc/${method}`, '&fate=drop', 'caught');
  }

  /** Stops nova-compute where the driver begins with a guest of this project, or the API before it writes. */
  stopAt(step: Step): Promise<Stopped> {
    return this.#stop(`gates/${step}`, '', 'waiting');
  }

  /** Lets spawns fail in the way of an error of the hypervisor, or of one that no other host would cure. */
  async spawnsEnd(how: 'fail' | 'abort' | 'well'): Promise<void> {
    await (how === 'well' ? this.#control('DELETE', 'spawn/any') : this.#control('PUT', `spawn/${how}`));
  }

  /** Looks at the guest itself; null if the server was never spawned. */
  async guest(id: string): Promise<Guest | null> {
    const { status, body } = await ask(`${this.#at.control}/guests/${id}`, {});
    return status === 404 ? null : { spawns: body.spawns, configDrive: body.config_drive };
  }

  /** Asks the metadata service what a guest asks it, as the proxy in front of it passes that on. */
  metadata(id: string, path: string, project = this.id): Promise<Answer> {
    const signature = createHmac('sha256', this.#password).update(id).digest('hex');
    const headers = {
      'x-instance-id': id,
      'x-tenant-id': project,
      'x-instance-id-signature': signature,
      'x-forwarded-for': '10.0.0.2',
    };
    return ask(`${this.#at.metadata}${path}`, { headers });
  }

  async #stop(where: string, more: string, counted: string): Promise<Stopped> {
    await this.#control('PUT', where, more);
    return {
      count: async () => (await this.#control('GET', where)).body[counted] as number,
      release: async () => void (await this.#control('DELETE', where)),
    };
  }

  async #control(method: string, where: string, more = ''): Promise<Answer> {
    const answer = await ask(`${this.#at.control}/${where}?project=${this.id}${more}`, { method });
    if (answer.status !== 200) throw new Error(`the rig refuses ${where}: ${JSON.stringify(answer.body)}`);
    return answer;
  }
}

async function ask(url: string, request: RequestInit): Promise<Answer> {
  const response = await fetch(url, request);
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : parsed(text), headers: response.headers };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
