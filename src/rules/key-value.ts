import { UsageError } from './errors.ts';

/** Splits `key=value` of a --property at its first `=`. The value is text, whatever it looks like. */
export function splitProperty(text: string): [key: string, value: string] {
  const [, key, value] = /^([^=]+)=([^]*)$/.exec(text) ?? [];
  if (key === undefined || value === undefined)
    throw new UsageError(`'${text}' is no property.`, 'Give it as --property key=value.');
  return [key, value];
}
