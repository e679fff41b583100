import type { Flavor } from './flavor.ts';
import type { KeyPair } from './key-pair.ts';
import { type NovaObject, novaObject, novaTime } from './nova-object.ts';

type Data = Record<string, unknown>;

/** Gives Nova's object of a flavor (`nova/objects/flavor.py`, 1.2). */
export const flavorObject = (flavor: Flavor): NovaObject =>
  novaObject('Flavor', '1.2', {
    id: flavor.id,
    name: flavor.name,
    memory_mb: flavor.memoryMb,
    vcpus: flavor.vcpus,
    root_gb: flavor.rootGb,
    ephemeral_gb: flavor.ephemeralGb,
    flavorid: flavor.flavorid,
    swap: flavor.swap,
    rxtx_factor: flavor.rxtxFactor,
    vcpu_weight: flavor.vcpuWeight,
    disabled: flavor.isDisabled,
    is_public: flavor.isPublic,
    extra_specs: flavor.extraSpecs,
    description: flavor.description,
    created_at: novaTime(flavor.createdAt),
    updated_at: novaTime(flavor.updatedAt),
    deleted_at: null,
    deleted: false,
  });

/** Gives Nova's object of some key pairs (`nova/objects/keypair.py`, 1.3 and 1.4), as `instance_extra.keypairs` has it. */
export const keyPairListObject = (pairs: KeyPair[]): NovaObject =>
  novaObject('KeyPairList', '1.3', {
    objects: pairs.map((pair) =>
      novaObject('KeyPair', '1.4', {
        id: pair.id,
        name: pair.name,
        user_id: pair.userId,
        fingerprint: pair.fingerprint,
        public_key: pair.publicKey,
        type: pair.type,
        created_at: novaTime(pair.createdAt),
        updated_at: null,
        deleted_at: null,
        deleted: false,
      }),
    ),
  });

/** Writes what `instance_extra.flavor` holds: the server's flavor, and those of a resize, of which there is none. */
export const storedFlavor = (flavor: Flavor): string =>
  JSON.stringify({ cur: flavorObject(flavor), old: null, new: null });

/** Reads the server's flavor in `instance_extra.flavor`; null where the text can't be read. */
export const flavorIn = (text: string | null): Flavor | null =>
  flavorOf((parsed(text) as { cur?: unknown } | null)?.cur);

/** Reads Nova's object of a flavor; null where it is none. */
export function flavorOf(object: unknown): Flavor | null {
  const data = dataOf(object);
  if (data === null) return null;
  return {
    id: Number(data['id'] ?? 0),
    flavorid: textIn(data, 'flavorid'),
    name: textIn(data, 'name'),
    memoryMb: Number(data['memory_mb'] ?? 0),
    vcpus: Number(data['vcpus'] ?? 0),
    rootGb: Number(data['root_gb'] ?? 0),
    ephemeralGb: Number(data['ephemeral_gb'] ?? 0),
    swap: Number(data['swap'] ?? 0),
    rxtxFactor: Number(data['rxtx_factor'] ?? 1),
    vcpuWeight: Number(data['vcpu_weight'] ?? 0),
    isDisabled: data['disabled'] === true,
    isPublic: data['is_public'] !== false,
    description: (data['description'] as string | null | undefined) ?? null,
    extraSpecs: (data['extra_specs'] ?? {}) as Record<string, string | null>,
    createdAt: microsOf(data['created_at']),
    updatedAt: microsOf(data['updated_at']),
  };
}

/** Reads the key pairs in `instance_extra.keypairs`; none where the text can't be read. */
export const keyPairsIn = (text: string | null): KeyPair[] => keyPairsOf(parsed(text));

/** Reads Nova's object of some key pairs; none where it is none. */
export function keyPairsOf(list: unknown): KeyPair[] {
  const objects = dataOf(list)?.['objects'];
  if (!Array.isArray(objects)) return [];
  return objects.flatMap((object) => {
    const data = dataOf(object);
    if (data === null) return [];
    return [
      {
        id: Number(data['id'] ?? 0),
        name: textIn(data, 'name'),
        userId: textIn(data, 'user_id'),
        type: data['type'] === 'x509' ? ('x509' as const) : ('ssh' as const),
        fingerprint: textIn(data, 'fingerprint'),
        publicKey: textIn(data, 'public_key'),
        createdAt: microsOf(data['created_at']),
      },
    ];
  });
}

/** Reads `trusted_certs` in `instance_extra`: the ids of certificates, null where none were asked for. */
export function trustedCertsIn(text: string | null): string[] | null {
  const ids = dataOf(parsed(text))?.['ids'];
  return Array.isArray(ids) ? ids.map(String) : null;
}

/** What a server was asked for, as `request_specs` keeps it: its pinned availability zone, and hints to the scheduler. */
export type RequestSpec = {
  availabilityZone: string | null;
  schedulerHints: Record<string, string[]> | null;
};

/** Reads `request_specs.spec` (`nova/objects/request_spec.py`). */
export function requestSpecIn(text: string | null): RequestSpec {
  const data = dataOf(parsed(text)) ?? {};
  return {
    availabilityZone: (data['availability_zone'] ?? null) as string | null,
    schedulerHints: (data['scheduler_hints'] ?? null) as RequestSpec['schedulerHints'],
  };
}

/** Parses JSON; null where the text is none. */
export function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** Gives the fields of one of Nova's objects; null where it is none. */
export function dataOf(object: unknown): Data | null {
  const data = (object as Partial<NovaObject> | null | undefined)?.['nova_object.data'];
  return typeof data === 'object' && data !== null ? data : null;
}

/** Gives the texts of a map of them, such as metadata; none where it is no map. */
export const textsIn = (map: unknown): Record<string, string> =>
  typeof map === 'object' && map !== null ? (map as Record<string, string>) : {};

const textIn = (data: Data, field: string): string => String(data[field] ?? '');

function microsOf(time: unknown): number | null {
  const ms = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(ms) ? null : ms * 1000;
}
