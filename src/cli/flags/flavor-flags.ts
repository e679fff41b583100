import { Flags } from '@oclif/core';
import { UsageError } from '../../rules/errors.ts';
import type { NewFlavor } from '../../rules/compute/new-flavor.ts';
import { propertiesOf, propertyFlag, sizeFlag } from './compute-flags.ts';
import { type Parsed, text } from './flag-kinds.ts';

const publicFlags = (all: string, some: string) => ({
  public: Flags.boolean({ description: all, exclusive: ['private'] }),
  private: Flags.boolean({ description: some }),
});

/** What a new flavor is like, in openstackclient's words, with its defaults. */
export const flavorFlags = {
  id: text('its ID; without it, or as `auto`, a uuid is made'),
  ram: sizeFlag('memory in MB', 1, 256),
  disk: sizeFlag('root disk in GB; 0 (the default): as large as the image', 0, 0),
  ephemeral: sizeFlag('a second disk in GB, which goes with the server; none if nothing is said', 0, 0),
  swap: sizeFlag('swap disk in MB; none if nothing is said', 0, 0),
  vcpus: sizeFlag('virtual CPUs', 1, 1),
  'rxtx-factor': text(
    'a factor for network bandwidth, which hardly any driver heeds; 1.0 if nothing is said',
  ),
  ...publicFlags(
    'all projects may use it (the default)',
    'only those projects may use it that are given access',
  ),
  project: text('a project that may use it, by its ID; with --private'),
  description: text('its description'),
  ...propertyFlag,
};

/** Which flavors are listed. */
export const flavorFilterFlags = {
  ...publicFlags('only public ones (the default)', 'only private ones'),
  all: Flags.boolean({ description: 'public and private ones', exclusive: ['public', 'private'] }),
  'min-disk': sizeFlag('only those with at least so many GB of root disk', 0),
  'min-ram': sizeFlag('only those with at least so many MB of memory', 0),
  marker: text('only those after this ID, the last one of the page before'),
};

export function flavorOf(name: string, flags: Parsed<typeof flavorFlags>): NewFlavor {
  return {
    name,
    flavorid: flags.id === 'auto' ? null : (flags.id ?? null),
    memoryMb: flags.ram!,
    vcpus: flags.vcpus!,
    rootGb: flags.disk!,
    ephemeralGb: flags.ephemeral!,
    swap: flags.swap!,
    rxtxFactor: numberIn(flags['rxtx-factor'] ?? '1'),
    isPublic: !flags.private,
    projectId: flags.project ?? null,
    description: flags.description ?? null,
    extraSpecs: propertiesOf(flags.property),
  };
}

function numberIn(given: string): number {
  if (given.trim() !== '' && Number.isFinite(Number(given))) return Number(given);
  throw new UsageError(`--rxtx-factor: '${given}' is no number.`, 'Give it as 1.5, for example.');
}
