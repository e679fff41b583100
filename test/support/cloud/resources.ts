import type { IdentityServices } from '../../../src/engine/identity.ts';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';
import type { ResourceKind } from '../../../src/rules/identity/kinds.ts';
import type { Resource, ResourcePatch, ResourceValues } from '../../../src/rules/identity/resource.ts';
import type { ListFilter } from '../../../src/services/identity/resource-service.ts';
import { bootstrapRequest, runBootstrap } from './bootstrap-request.ts';
import type { TestPostgres } from './postgres.ts';

/** The hashes are cheap, so that tests don't wait for them. */
export const hashing = { algorithm: 'bcrypt', rounds: 4 } as const;
export const actor = {
  requestId: 'test',
  operation: 'test',
  requester: { user: 'operator', sudoUser: null, host: 'host' },
};

/** A bootstrapped cloud and its services; resources are given by name, domains by id. */
export class TestIdentity {
  readonly services: IdentityServices;
  readonly address: DatabaseAddress;

  private constructor(services: IdentityServices, address: DatabaseAddress) {
    this.services = services;
    this.address = address;
  }

  static async open(server: TestPostgres): Promise<TestIdentity> {
    const { openIdentity } = await import('../../../src/engine/identity.ts');
    const address = await server.createDatabase();
    const services = await openIdentity(address, { poolSize: 10 });
    await runBootstrap(services.bootstrap, { ...bootstrapRequest(), passwordHashing: hashing });
    return new TestIdentity(services, address);
  }

  /** Opens the same cloud by other connections, since one pool lets only ten work at once. */
  async beside(): Promise<TestIdentity> {
    const { openIdentity } = await import('../../../src/engine/identity.ts');
    return new TestIdentity(await openIdentity(this.address, { poolSize: 10 }), this.address);
  }

  close(): Promise<void> {
    return this.services.close();
  }

  /** Creates a resource with what its kind needs, in the domain `default` unless told otherwise. */
  create(kind: ResourceKind, name: string, values: Partial<ResourceValues> = {}): Promise<Resource> {
    const place = kind === 'user' || kind === 'project' ? { domain_id: 'default' } : {};
    return this.services.resources.create(kind, { name, ...place, ...values }, actor, { hashing });
  }

  update(kind: ResourceKind, nameOrId: string, patch: ResourcePatch): Promise<Resource> {
    return this.services.resources.update(kind, { nameOrId }, patch, actor, { hashing });
  }

  delete(kind: ResourceKind, nameOrId: string, options: { withSubtree?: boolean } = {}): Promise<void> {
    return this.services.resources.delete(kind, { nameOrId }, actor, options);
  }

  /** Lists resources, and gives their names, sorted. */
  async listNames(kind: ResourceKind, filter: ListFilter): Promise<string[]> {
    const names: string[] = [];
    for await (const page of this.services.resources.list(kind, filter))
      names.push(...page.map(({ name }) => name));
    return names.toSorted();
  }

  get(kind: ResourceKind, nameOrId: string): Promise<Resource> {
    return this.services.resources.get(kind, { nameOrId });
  }
}
