import { assertPassword } from './password.ts';
import { RuleError, UsageError } from '../errors.ts';
import { splitProperty } from '../key-value.ts';
import { kinds, type ResourceKind } from './kinds.ts';
import type { ResourcePatch, ResourceValues } from './resource.ts';
import { checkOptions } from './resource-options.ts';
import { lengthOf } from '../text-length.ts';

const TAG_LIMIT = 255;
const TAGS_LIMIT = 80;
/** What a `--property` may not be named: attributes that have rules of their own. */
const RESERVED = [
  'id',
  'name',
  'domain_id',
  'parent_id',
  'is_domain',
  'enabled',
  'description',
  'tags',
  'options',
  'extra',
  'links',
  'default_project_id',
  'password',
  'limits',
  // What `show` tells of the flag must not be forged.
  'immutable',
  'immutable_set',
];

declare const CHECKED: unique symbol;
/** A request that `checkedValues` or `checkedPatch` has let through: whoever writes takes no other. */
export type Checked<T> = T & { readonly [CHECKED]: true };

/** Checks and tidies a request to make a resource as Keystone's API does; throws a UsageError. */
export function checkedValues(kind: ResourceKind, values: ResourceValues): Checked<ResourceValues> {
  const checked = checkedAttributes(kind, values);
  if (values.tags) checkTags(values.tags);
  return { ...checked, name: checkedName(kind, values.name) } as Checked<ResourceValues>;
}

/** Checks and tidies a request to change a resource. It must change something. */
export function checkedPatch(kind: ResourceKind, patch: ResourcePatch): Checked<ResourcePatch> {
  if (Object.keys(patch).length === 0) {
    throw new UsageError(`Nothing was said to change on the ${kind}.`, `See \`keyward ${kind} set --help\`.`);
  }
  const checked = checkedAttributes(kind, patch);
  if (patch.tags) checkTags([...patch.tags.add, ...patch.tags.remove]);
  const named = patch.name === undefined ? {} : { name: checkedName(kind, patch.name) };
  return { ...checked, ...named } as Checked<ResourcePatch>;
}

/** Splits a --property, and refuses one that is named as an attribute is. */
export function parseProperty(text: string): [key: string, value: string] {
  const [key, value] = splitProperty(text);
  if (RESERVED.includes(key))
    throw new UsageError(`'${key}' is no property but an attribute of its own.`, 'Use its own option.');
  return [key, value];
}

/** Refuses more tags than a project may have; `count` includes those that it has already. */
export function assertTagsFit(count: number): void {
  if (count <= TAGS_LIMIT) return;
  throw new RuleError('TooManyTags', `A project has at most ${TAGS_LIMIT} tags; these would be ${count}.`, {
    cure: 'Remove some.',
    outcome: 'unchanged',
  });
}

function checkedAttributes<T extends ResourcePatch | ResourceValues>(kind: ResourceKind, given: T): T {
  for (const [key, value] of Object.entries(given)) assertText(key, value);
  checkOptions(kind, given.options);
  if (given.enabled !== undefined && typeof given.enabled !== 'boolean')
    throw new UsageError(`enabled: ${JSON.stringify(given.enabled)} is not true or false.`, 'Correct it.');
  if (given.password !== undefined) assertPassword(given.password);
  const { descriptionLimit } = kinds[kind];
  if (descriptionLimit !== null && lengthOf(given.description ?? '') > descriptionLimit)
    throw tooLong(`The description of a ${kind}`, descriptionLimit);
  return given;
}

function checkedName(kind: ResourceKind, name: string): string {
  const { nameLimit, reservedNames, keepsBlanks } = kinds[kind];
  if (!/\S/.test(name)) throw new UsageError(`The name of a ${kind} can't be empty.`, 'Give a name.');
  if (lengthOf(name) > nameLimit) throw tooLong(`The name of a ${kind}`, nameLimit);
  if (reservedNames.includes(name.trim().toLowerCase()))
    throw new UsageError(`A ${kind} can't be named ${name}.`, 'Keystone keeps that name for itself.');
  return keepsBlanks ? name : name.trim();
}

function checkTags(tags: string[]): void {
  const bad = tags.find((tag) => tag === '' || /[,/]/.test(tag) || lengthOf(tag) > TAG_LIMIT);
  if (bad === undefined && new Set(tags).size <= TAGS_LIMIT) return;
  if (bad === undefined)
    throw new UsageError(`A project has at most ${TAGS_LIMIT} tags.`, `These are ${tags.length}.`);
  throw new UsageError(
    `'${bad.slice(0, 40)}' is no tag.`,
    `A tag has 1 to ${TAG_LIMIT} characters, none of them a comma or a slash.`,
  );
}

function assertText(key: string, value: unknown): void {
  if (typeof value === 'string' && value.includes('\0'))
    throw new UsageError(`${key} holds a NUL character, which PostgreSQL can't store.`, 'Remove it.');
}
const tooLong = (what: string, limit: number): UsageError =>
  new UsageError(`${what} has at most ${limit} characters.`, 'Shorten it.');
