import { Flags, type Interfaces } from '@oclif/core';

type More = { char?: 'c'; helpGroup?: string };

/** A flag with a text as its value. */
export const text = (description: string, more: More = {}) => Flags.string({ description, ...more });

/** The same, for a flag that may be given several times; each takes one value. */
export const repeated = (description: string, more: More = {}) =>
  Flags.string({ description, multiple: true, multipleNonGreedy: true, ...more });

/** What oclif parses of flags that only some of the commands have which share a function. */
export type Parsed<T> = Partial<Interfaces.InferredFlags<T>>;
