/** What Nova's API tells and the databases don't, with the reason; `server show` has no field for any of these. */
export const UNKNOWN = {
  links: 'URLs of the API itself',
  security_groups: 'Neutron has them',
  host_status: '`service_down_time` of nova.conf decides it',
};
/** Field that openstackclient calls otherwise. */
const RENAMED: Record<string, string> = {
  tenant_id: 'project_id',
  metadata: 'properties',
  'os-extended-volumes:volumes_attached': 'volumes_attached',
};
/** openstackclient shows an image by its id, of an address the address alone, and hints that are not there as none. */
const RESHAPED: Record<string, (value: any) => unknown> = {
  image: ({ id }) => id,
  addresses: (networks: Record<string, { addr: string }[]>) =>
    Object.fromEntries(Object.entries(networks).map(([name, all]) => [name, all.map(({ addr }) => addr)])),
  scheduler_hints: (hints) => hints ?? {},
};
/** Fields that are keyward's alone. */
export const OWN = ['cell', 'last_action', 'lock', 'protected', 'protected_reason'];
/** Fields that Nova does not answer at a version, or not of each server; openstackclient shows None then. */
const ABSENT: Record<string, string[]> = {
  '2.96': [...OWN, 'progress', 'scheduler_hints', 'server_groups'],
  '2.104': [...OWN, 'progress', 'server_groups'],
};

/**
 * Gives what `server show` shows of a server and what the API answers at a version side by side, in the same words, and
 * `others`: fields that are shown and that the API ought to answer then.
 */
export function sideBySide(
  shown: Record<string, unknown>,
  answered: Record<string, unknown>,
  version: string,
): { ours: Record<string, unknown>; theirs: Record<string, unknown>; others: string[] } {
  const theirs = Object.fromEntries(
    Object.entries(answered)
      .filter(([field]) => !(field in UNKNOWN))
      .map(([field, value]) => [RENAMED[field] ?? field, RESHAPED[field]?.(value) ?? value]),
  );
  const ours = Object.fromEntries(Object.keys(theirs).map((field) => [field, shown[field]]));
  const others = Object.keys(shown).filter(
    (field) => !(field in theirs) && !ABSENT[version]!.includes(field),
  );
  return { ours, theirs, others };
}
