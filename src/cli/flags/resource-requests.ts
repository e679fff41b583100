import type { ResourceOptions, ResourcePatch, ResourceValues } from '../../rules/identity/resource.ts';
import { parseProperty } from '../../rules/identity/resource-input.ts';
import type { Parsed } from './flag-kinds.ts';
import type { FormatOptions } from './format-flags.ts';
import type {
  cascadeFlag,
  descriptionFlag,
  domainFlag,
  enabledFilterFlags,
  enableFlags,
  familyFlags,
  immutableFlags,
  listFlags,
  longFlag,
  nameFlag,
  orShowFlag,
  parentFlag,
  projectFilterFlags,
  projectFlags,
  roleFilterFlags,
  tagRemovalFlags,
  userFilterFlags,
  userFlags,
} from './resource-flags.ts';
import type { DatabaseFlags } from './settings-flags.ts';
import { type UserOptionFlags, userOptionsOf } from './user-option-flags.ts';

/** The attributes that `create` and `set` take; each command has a part of these flags. */
type ResourceFlags = UserOptionFlags &
  Parsed<
    typeof nameFlag &
      typeof descriptionFlag &
      typeof enableFlags &
      typeof immutableFlags &
      typeof projectFlags &
      typeof tagRemovalFlags &
      typeof userFlags
  >;
type OfDomain = DatabaseFlags & Parsed<typeof domainFlag>;
export type CreateFlags = OfDomain &
  ResourceFlags &
  FormatOptions &
  Parsed<typeof parentFlag & typeof orShowFlag>;
export type SetFlags = OfDomain & ResourceFlags;
export type DeleteFlags = OfDomain & Parsed<typeof cascadeFlag>;
export type ShowFlags = OfDomain & FormatOptions & Parsed<typeof familyFlags>;
export type ListFlags = OfDomain &
  FormatOptions &
  Parsed<
    typeof listFlags &
      typeof longFlag &
      typeof enabledFilterFlags &
      typeof roleFilterFlags &
      typeof userFilterFlags &
      typeof projectFilterFlags
  >;

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
