/** A process of this machine that keyward runs. `since` is ISO 8601 in UTC; of a part that never ran, much is null. */
export type Part = {
  part: string;
  /** A part that is `suspended` lives, but a signal keeps it from working. */
  state: 'running' | 'suspended' | 'stopped';
  pid: number | null;
  version: string | null;
  address: string | null;
  since: string | null;
};
