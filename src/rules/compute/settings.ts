import type { ServiceSettings, Setting } from '../settings.ts';

/** What flags, environment and a Nova's configuration files say of compute; `database` is the API database. */
export type ComputeSettings = ServiceSettings & {
  /** `[database] connection`, from which templates in `cell_mappings` are filled in. It holds a password. */
  cellBase: Setting<string | null>;
  /** `[DEFAULT] transport_url`, likewise. */
  transportBase: Setting<string | null>;
};
