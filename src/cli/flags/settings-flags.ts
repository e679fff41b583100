import { Flags } from '@oclif/core';
import { type Parsed, repeated } from './flag-kinds.ts';

const helpGroup = 'CONFIGURATION';

export const settingsFlags = {
  'config-file': repeated('a keystone.conf to read; later files win', { helpGroup }),
  'config-dir': repeated('a folder whose *.conf files are read after the files', { helpGroup }),
  embedded: Flags.boolean({
    description: "use keyward's own PostgreSQL, although a configuration is given (which may name no other)",
    helpGroup,
  }),
};
export type SettingsFlags = Parsed<typeof settingsFlags>;

/** The flags of a command on Nova's databases alone. */
export const novaSettingsFlags = {
  ...settingsFlags,
  'config-file': repeated('a nova.conf to read; later files win', { helpGroup }),
};

/** The flags of a command that may be about both services: there each has names of its own. */
export const bothSettingsFlags = {
  ...settingsFlags,
  'nova-config-file': repeated('a nova.conf to read; later files win', { helpGroup }),
  'nova-config-dir': repeated('a folder whose *.conf files are read after those', { helpGroup }),
};
export type BothSettingsFlags = Parsed<typeof bothSettingsFlags>;

/** Node's timers count milliseconds in 31 bits, and fire at once beyond; a statement may take some minutes more. */
export const LONGEST_TIMEOUT = 2_147_000;

export const lockTimeoutFlag = {
  timeout: Flags.integer({
    description: "seconds to wait for another session's lock in the database; then exit 69, nothing changed",
    default: 60,
    min: 1,
    max: LONGEST_TIMEOUT,
    helpGroup,
  }),
};
/** The flags of every command on resources. */
export type DatabaseFlags = SettingsFlags & Parsed<typeof lockTimeoutFlag>;
