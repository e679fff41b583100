import { UsageError } from '../rules/errors.ts';
import { RABBIT_OPTIONS } from './messaging-options.ts';
import type { NovaConfig } from './nova-options.ts';
import type { ValueOf } from './oslo-config.ts';

type Name = keyof typeof RABBIT_OPTIONS;
type KeyOf<N extends Name> = N extends `oslo_messaging_rabbit.${infer Key}` ? Key : never;

/** The values of [oslo_messaging_rabbit], by their keys. */
export type RabbitOptions = { [N in Name as KeyOf<N>]: ValueOf<(typeof RABBIT_OPTIONS)[N]> };

const SECTION = 'oslo_messaging_rabbit.';
const names = Object.keys(RABBIT_OPTIONS) as Name[];

/** A transport URL's query beats the section (NOTE: oslo_messaging/_drivers/common.py, ConfigOptsProxy). */
type OfUrl = { query: Map<string, string>; origin: string };

/** Reads the options. What keyward does not know in a query is refused, since it may say how queues are declared. */
export function rabbitOptionsOf(config: NovaConfig, { query, origin }: OfUrl): RabbitOptions {
  const keys = names.map((name) => name.slice(SECTION.length));
  const unknown = [...query.keys()].find((key) => !keys.includes(key));
  if (unknown !== undefined)
    throw new UsageError(
      `${origin} has a parameter '${unknown}' that keyward does not know.`,
      `Leave it out; keyward knows ${keys.join(', ')}.`,
    );
  const value = (name: Name): unknown => {
    const text = query.get(name.slice(SECTION.length));
    return text === undefined ? config.get(name).value : converted(name, text, origin);
  };
  return Object.fromEntries(names.map((name) => [name.slice(SECTION.length), value(name)])) as RabbitOptions;
}

function converted(name: Name, text: string, origin: string): unknown {
  try {
    return RABBIT_OPTIONS[name].convert([text]);
  } catch (error) {
    const key = name.slice(SECTION.length);
    throw new UsageError(
      `${origin}: its parameter ${key} ${(error as Error).message}.`,
      'Correct it, or remove it.',
    );
  }
}
