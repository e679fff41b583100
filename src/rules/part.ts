/** A process of this machine that keyward runs. `since` is ISO 8601 in UTC; what a part that never ran would tell is null. */
export type Part = {
  part: string;
  /** `suspended`: it lives, and a signal keeps it from working. */
  state: 'running' | 'suspended' | 'stopped';
  pid: number | null;
  version: string | null;
  address: string | null;
  since: string | null;
};
