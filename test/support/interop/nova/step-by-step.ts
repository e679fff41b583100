import { FakeDriver } from '../../../../src/drivers/compute/fake.ts';
import type { NewServer, ServerCreateRequest } from '../../../../src/rules/compute/new-server.ts';
import type { Asked } from '../../../../src/rules/run-request.ts';
import { ServerGuests } from '../../../../src/services/compute/server-guests.ts';
import { createRequest } from '../../cloud/new-servers.ts';
import type { NovaOnHome } from './nova-on-home.ts';

type Request = Asked<ServerCreateRequest>;

/** What Nova can be asked for too; the image is one of Nova's stub. */
export const PLAIN = { metadata: { kind: 'plain' }, tags: ['t1'], description: 'a text' };
const WITHOUT = { keyPair: null, hasConfigDrive: false, ownerNames: { user: null, project: null } };

/** Makes servers as far as a test wants them, by the services whose steps a run is made of. */
export class StepByStep {
  readonly driver = new FakeDriver();
  readonly guests: ServerGuests;
  readonly #on: NovaOnHome;

  constructor(on: NovaOnHome) {
    this.#on = on;
    this.guests = new ServerGuests(on.services.database, on.services.cells, this.driver);
  }

  /** A build request is there. */
  async accept(name: string, more: Partial<NewServer> = {}): Promise<Request> {
    const { host, cell, project, services } = this.#on;
    const asked = createRequest(cell, { host, name, hostname: name, ...PLAIN, ...WITHOUT, ...more });
    const server = { ...asked.server, image: { ...asked.server.image, properties: {} } };
    const request = { ...asked, server, caller: { userId: 'alice', projectId: project.id } };
    await services.serverCreation.accept(request);
    return request;
  }

  /** It is in its cell. */
  async place(name: string): Promise<Request> {
    const request = await this.accept(name);
    await this.#on.services.serverCreation.place(request);
    return request;
  }

  /** Its guest is there. */
  async spawn(name: string): Promise<Request> {
    const request = await this.place(name);
    await this.guests.spawn(request);
    return request;
  }

  /** It is ACTIVE. */
  async finish(name: string): Promise<Request> {
    const request = await this.spawn(name);
    await this.#on.services.serverCreation.finish(request);
    return request;
  }

  /** It is in ERROR; gives its id. */
  async fail(request: Request, reason: string): Promise<string> {
    await this.#on.services.serverCreation.fail({ ...request, name: 'NoImage', reason });
    return request.uuid;
  }
}
