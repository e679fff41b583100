import type { ResourceKind } from '../../../src/rules/identity/kinds.ts';
import type * as R from '../../../src/rules/identity/resource.ts';
import type { KeystoneApi } from './keystone-api.ts';
import { actor, type TestIdentity } from '../cloud/resources.ts';
import { ok, type Operation, pathOf, type Twin, USER_OPTIONS } from './oracle.ts';

/** Makes operations at random, on what is there by then in both clouds. */
export class OperationSource {
  readonly twins: Twin[] = [];
  readonly links: [prior: Twin, implied: Twin][] = [];
  readonly #cloud: TestIdentity;
  readonly #api: KeystoneApi;
  readonly #random: () => number;
  readonly #disabled = new Set<Twin>();
  #made = 0;

  constructor(cloud: TestIdentity, api: KeystoneApi, random: () => number) {
    this.#cloud = cloud;
    this.#api = api;
    this.#random = random;
  }

  next(): Operation {
    const ways: [weight: number, make: () => Operation | null][] = [
      [12, () => this.#create()],
      [12, () => this.#update()],
      [6, () => this.#delete()],
      [2, () => this.#deleteTree()],
      [5, () => this.#deleteDomain()],
      [4, () => this.#tag()],
      [6, () => this.#grant()],
      [4, () => this.#imply()],
      [2, () => this.#password()],
    ];
    for (;;) {
      let left = this.#random() * ways.reduce((sum, [weight]) => sum + weight, 0);
      const [, make] = ways.find(([weight]) => (left -= weight) < 0)!;
      const operation = make();
      if (operation) return operation;
    }
  }

  #create(): Operation {
    const kind = this.#pick(['role', 'user', 'project', 'project', 'domain'] as const);
    const key = `${kind}-${(this.#made += 1)}`;
    const domain = kind === 'domain' || (kind === 'role' && this.#chance(0.5)) ? null : this.#one('domain');
    const parent =
      kind === 'project' && this.#chance(0.5) ? this.#one('project', (twin) => twin.domain === domain) : null;
    const immutable = kind === 'user' ? undefined : this.#pick([true, false, null, undefined]);
    const common = {
      name: this.#chance(0.1) ? (this.#one(kind)?.key ?? key) : key,
      ...(kind !== 'role' && this.#chance(0.3) && { enabled: this.#chance(0.5) }),
      ...(this.#chance(0.5) && { description: this.#pick(['', 'what it is for', 'ünïcode 🚀']) }),
      ...(immutable !== undefined && { options: { immutable } }),
      ...(kind === 'user' && this.#chance(0.3) && { email: `${key}@example.org` }),
      ...(kind === 'user' && this.#chance(0.3) && { options: this.#userOption() }),
      ...(kind === 'project' &&
        this.#chance(0.3) && { tags: [...new Set([this.#tagName(), this.#tagName()])] }),
      ...(kind === 'project' && this.#chance(0.2) && { color: this.#pick(['red', 'blue']) }),
    };
    const placed = kind === 'user' || kind === 'project';
    const place = (of: 'ours' | 'theirs') => ({
      ...((domain || placed) && { domain_id: domain ? domain[of] : 'default' }),
      ...(parent && { parent_id: parent[of] }),
    });
    return {
      words: `create ${kind} ${JSON.stringify(common)} in ${domain?.key ?? 'none'} under ${parent?.key ?? 'none'}`,
      ours: () => this.#cloud.create(kind, common.name, { ...common, ...place('ours') }),
      theirs: () => this.#api.call('POST', `/${kind}s`, { [kind]: { ...common, ...place('theirs') } }),
      remember: (ours: R.Resource, theirs) =>
        this.twins.push({
          kind,
          key,
          ours: ours.id,
          theirs: theirs[kind].id,
          domain,
          parent,
          immutable: immutable === true,
        }),
    };
  }

  #update(): Operation | null {
    const prior = this.#chance(0.15)
      ? this.#one('role', (role) => this.links.some(([one]) => one === role))
      : null;
    const twin = prior ?? this.#any();
    if (!twin) return null;
    const patch: R.ResourcePatch = prior ? { options: { immutable: true } } : this.#patch(twin);
    const immutable = patch.options?.immutable;
    const isUsers = twin.kind === 'user' && (twin.immutable || immutable !== undefined);
    const clears = Object.keys(patch).join() === 'options' && [false, null].includes(immutable!);
    return {
      words: `update ${twin.key} ${JSON.stringify(patch)}`,
      ours: () => this.#cloud.update(twin.kind, twin.ours, patch),
      theirs: () =>
        isUsers && (!twin.immutable || clears)
          ? ok()
          : this.#api.call('PATCH', pathOf(twin), { [twin.kind]: patch }),
      apart: isUsers && twin.immutable && !clears ? 'users can be immutable' : undefined,
      remember: () => {
        if (immutable !== undefined) twin.immutable = immutable === true;
      },
    };
  }

  /** Makes a patch; a user's option stands alone in it, since a Keystone can only be asked for the rest. */
  #patch(twin: Twin): R.ResourcePatch {
    const immutable = this.#pick([true, true, false, null]);
    const options: R.ResourcePatch = { options: { immutable } };
    if (this.#chance(twin.immutable ? 0.5 : 0.35)) return options;
    const others: R.ResourcePatch[] = [
      { name: `${twin.key}-renamed-${(this.#made += 1)}` },
      { description: this.#pick(['', 'another', 'ünïcode 🚀']) },
      ...(twin.kind === 'role' ? [] : [{ enabled: this.#chance(twin.kind === 'domain' ? 0.2 : 0.5) }]),
      ...(twin.kind === 'user'
        ? [{ email: 'new@example.org' }, { options: this.#userOption() }]
        : [{ ...options, description: 'both' }]),
    ];
    return this.#pick(others);
  }

  #userOption = (): R.ResourceOptions => ({ [this.#pick(USER_OPTIONS)]: this.#pick([true, false, null]) });

  #delete(): Operation | null {
    return this.#deleteOne(this.#victim());
  }

  /** Disables a domain, and deletes it when it comes up again: chance alone would hardly ever do both. */
  #deleteDomain(): Operation | null {
    const isFree = (domain: Twin): boolean =>
      !domain.immutable && this.#rolesOf(domain).length > 0 && !this.#keptApart(domain);
    const doomed = this.#one('domain', (domain) => isFree(domain) && this.#disabled.has(domain));
    if (doomed) return this.#deleteOne(doomed);
    const domain = this.#one('domain', isFree);
    if (!domain) return null;
    const patch = { enabled: false };
    return {
      words: `disable ${domain.key}`,
      ours: () => this.#cloud.update('domain', domain.ours, patch),
      theirs: () => this.#api.call('PATCH', pathOf(domain), { domain: patch }),
      remember: () => void this.#disabled.add(domain),
    };
  }

  #victim = (): Twin | null => (this.#chance(0.3) && this.#one('role', this.#isFixed)) || this.#any();

  #deleteOne(twin: Twin | null): Operation | null {
    if (!twin) return null;
    return {
      words: `delete ${twin.key}`,
      ours: () => this.#cloud.delete(twin.kind, twin.ours),
      theirs: () => this.#deleteTheirs(twin),
      apart: this.#keptApart(twin),
      differs:
        twin.kind === 'domain' && this.#rolesOf(twin).length > 0
          ? 'a domain takes its roles along'
          : undefined,
      remember: () => this.#forget([twin, ...this.twins.filter(({ domain }) => domain === twin)]),
    };
  }

  #deleteTree(): Operation | null {
    const top = this.#one('project', (twin) => this.twins.some(({ parent }) => parent === twin));
    if (!top) return null;
    const below = this.#below(top);
    return {
      words: `delete ${top.key} and ${below.map(({ key }) => key).join()}`,
      ours: () => this.#cloud.delete('project', top.ours, { withSubtree: true }),
      theirs: async () => {
        if (!top.immutable)
          for (const twin of below.toReversed()) await this.#api.call('DELETE', pathOf(twin));
        return this.#api.call('DELETE', pathOf(top));
      },
      apart: !top.immutable && below.some(({ immutable }) => immutable) ? 'cascades go whole' : undefined,
      remember: () => this.#forget([top, ...below]),
    };
  }

  /** Lists what is below, parents first. */
  #below = (top: Twin): Twin[] =>
    this.twins.filter(({ parent }) => parent === top).flatMap((twin) => [twin, ...this.#below(twin)]);
  #rolesOf = (of: Twin): Twin[] => this.twins.filter(({ kind, domain }) => kind === 'role' && domain === of);

  async #deleteTheirs(twin: Twin): Promise<{ status: number; body: any }> {
    const answer = await this.#api.call('DELETE', pathOf(twin));
    if (twin.kind === 'domain' && answer.status === 204) {
      for (const role of this.#rolesOf(twin)) await this.#api.call('DELETE', pathOf(role));
    }
    return answer;
  }

  #keptApart(twin: Twin): Operation['apart'] {
    if (twin.immutable) return twin.kind === 'user' ? 'users can be immutable' : undefined;
    if (twin.kind === 'role' && this.#isFixed(twin)) return 'an implied role of an immutable one stays';
    const inside = this.twins.filter(({ domain }) => domain === twin);
    if (twin.kind === 'domain' && inside.some((each) => each.immutable || this.#isFixed(each)))
      return 'cascades go whole';
    return undefined;
  }

  #tag(): Operation | null {
    const twin = this.#one('project');
    if (!twin) return null;
    const add = [this.#tagName(), this.#tagName()];
    const remove = [this.#tagName()];
    return {
      words: `tag ${twin.key} +${add.join()} -${remove.join()}`,
      ours: () => this.#cloud.update('project', twin.ours, { tags: { add, remove, clear: false } }),
      theirs: async () => {
        const { body } = await this.#api.call('GET', pathOf(twin));
        const kept = (body.project.tags as string[]).filter((tag) => !remove.includes(tag));
        return this.#api.call('PATCH', pathOf(twin), { project: { tags: [...new Set([...kept, ...add])] } });
      },
    };
  }

  #grant(): Operation | null {
    const [user, role] = [this.#one('user'), this.#one('role')];
    const on = this.#pick([this.#one('project'), this.#one('domain'), 'system' as const]);
    if (!user || !role || !on) return null;
    const inherited = on !== 'system' && this.#chance(0.3);
    const verb = this.#pick(['add', 'add', 'remove'] as const);
    const target = on === 'system' ? { system: true } : { [on.kind]: { nameOrId: on.ours } };
    const request = { ...target, role: { nameOrId: role.ours }, user: { nameOrId: user.ours }, inherited };
    const place = on === 'system' ? '/system' : pathOf(on);
    const path = `${inherited ? '/OS-INHERIT' : ''}${place}/users/${user.theirs}/roles/${role.theirs}${inherited ? '/inherited_to_projects' : ''}`;
    return {
      words: `role ${verb} ${role.key} ${user.key} ${on === 'system' ? on : on.key} ${inherited}`,
      ours: () => this.#cloud.services.grants[verb](request, actor),
      theirs: () => this.#api.call(verb === 'add' ? 'PUT' : 'DELETE', path),
    };
  }

  #imply(): Operation | null {
    const [prior, implied] = [this.#one('role'), this.#one('role')];
    if (!prior || !implied) return null;
    const isThere = this.links.some(([one, other]) => one === prior && other === implied);
    const path = `/roles/${prior.theirs}/implies/${implied.theirs}`;
    const { impliedRoles } = this.#cloud.services;
    const pair = [{ nameOrId: prior.ours }, { nameOrId: implied.ours }, actor] as const;
    const fixed = prior.immutable ? ('what an immutable role implies is fixed' as const) : undefined;
    if (isThere) {
      return {
        words: `stop implying ${prior.key} ${implied.key}`,
        ours: () => impliedRoles.delete(...pair),
        theirs: () => this.#api.call('DELETE', path),
        apart: fixed,
        remember: () => this.#unlink(([one, other]) => one === prior && other === implied),
      };
    }
    return {
      words: `imply ${prior.key} ${implied.key}`,
      ours: async () => void (await impliedRoles.create(...pair)),
      theirs: () => this.#api.call('PUT', path),
      apart: fixed ?? (this.#reaches(implied, prior) ? 'no role implies itself' : undefined),
      remember: () => this.links.push([prior, implied]),
    };
  }

  #password(): Operation | null {
    const twin = this.#one('user');
    if (!twin) return null;
    const patch = { password: `oracle-Pw-${(this.#made += 1)}` };
    return {
      words: `set password of ${twin.key}`,
      ours: () => this.#cloud.update('user', twin.ours, patch),
      theirs: () => this.#api.call('PATCH', pathOf(twin), { user: patch }),
      apart: twin.immutable ? 'users can be immutable' : undefined,
    };
  }

  /** Tells whether an immutable role implies it. */
  #isFixed = (role: Twin): boolean =>
    this.links.some(([prior, implied]) => implied === role && prior.immutable && prior !== role);

  #reaches(from: Twin, to: Twin): boolean {
    if (from === to) return true;
    return this.links.some(([prior, implied]) => prior === from && this.#reaches(implied, to));
  }

  #forget(gone: Twin[]): void {
    const all = new Set(gone);
    this.twins.splice(0, this.twins.length, ...this.twins.filter((twin) => !all.has(twin)));
    this.#unlink(([prior, implied]) => all.has(prior) || all.has(implied));
  }

  #unlink(isGone: (link: [Twin, Twin]) => boolean): void {
    this.links.splice(0, this.links.length, ...this.links.filter((link) => !isGone(link)));
  }

  #any = (): Twin | null => (this.twins.length > 0 ? this.#pick(this.twins) : null);
  #one(kind: ResourceKind, fits: (twin: Twin) => boolean = () => true): Twin | null {
    const among = this.twins.filter((twin) => twin.kind === kind && fits(twin));
    return among.length > 0 ? this.#pick(among) : null;
  }
  #pick = <T>(among: readonly T[]): T => among[Math.floor(this.#random() * among.length)]!;
  #chance = (of: number): boolean => this.#random() < of;
  #tagName = (): string => this.#pick(['prod', 'test', 'gold', 'ünï', 'a b']);
}
