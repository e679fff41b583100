import { Flags } from '@oclif/core';
import { MAX_INTEGER } from '../../rules/compute/new-flavor.ts';
import { splitProperty } from '../../rules/key-value.ts';
import { repeated } from './flag-kinds.ts';

/** A whole number from `min` up to the greatest that Nova keeps. */
export const sizeFlag = (description: string, min: number, initial?: number) =>
  Flags.integer({ description, min, max: MAX_INTEGER, ...(initial !== undefined && { default: initial }) });

export const propertyFlag = {
  property: repeated('a property to set, as key=value; may be given several times'),
};

/** Returns the properties that --property gives; of one key the last one counts, as in openstackclient. */
export const propertiesOf = (given: string[] = []): Record<string, string> =>
  Object.fromEntries(given.map(splitProperty));
