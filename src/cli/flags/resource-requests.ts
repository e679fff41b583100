import type { ResourceOptions, ResourcePatch, ResourceValues } from '../../rules/identity/resource.ts';
import { parseProperty } from '../../rules/identity/resource-input.ts';
import { type UserOptionFlags, userOptionsOf } from './user-option-flags.ts';

/** What `create` and `set` share, as oclif parsed it; each command has a part of them. */
export type ResourceFlags = {
  name?: string | undefined;
  description?: string | undefined;
  email?: string | undefined;
  enable?: boolean;
  disable?: boolean;
  immutable?: boolean;
  'no-immutable'?: boolean;
  tag?: string[] | undefined;
  property?: string[] | undefined;
  'clear-tags'?: boolean;
  'remove-tag'?: string[] | undefined;
} & UserOptionFlags;

/** The request that flags ask for; what was not given is not in it. */
export function patchOf(flags: ResourceFlags): ResourcePatch {
  const { tag = [], 'remove-tag': remove = [], 'clear-tags': clear = false } = flags;
  const tags = clear || tag.length + remove.length > 0 ? { tags: { add: tag, remove, clear } } : {};
  return { ...attributesOf(flags), ...(flags.name !== undefined && { name: flags.name }), ...tags };
}

export function valuesOf(name: string, flags: ResourceFlags): ResourceValues {
  return { ...attributesOf(flags), name, ...(flags.tag && { tags: flags.tag }) };
}

const attributesOf = (flags: ResourceFlags) => {
  const options = optionsOf(flags);
  return {
    ...Object.fromEntries((flags.property ?? []).map(parseProperty)),
    ...(flags.description !== undefined && { description: flags.description }),
    ...(flags.email !== undefined && { email: flags.email }),
    ...(flags.enable && { enabled: true }),
    ...(flags.disable && { enabled: false }),
    ...(Object.keys(options).length > 0 && { options }),
  };
};

const optionsOf = (flags: ResourceFlags): ResourceOptions => ({
  ...(flags.immutable && { immutable: true }),
  ...(flags['no-immutable'] && { immutable: false }),
  ...userOptionsOf(flags),
});
