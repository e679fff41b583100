export const READER = 'reader';
export const MEMBER = 'member';
export const MANAGER = 'manager';
export const ADMIN = 'admin';
export const SERVICE = 'service';

/** The roles of a bootstrap, in the order in which Keystone makes them (`keystone/cmd/bootstrap.py`). */
export const defaultRoles = (adminRole: string): string[] => [READER, MEMBER, MANAGER, adminRole, SERVICE];

/** Who has the prior role also has the implied one. */
export const impliedChain = (adminRole: string): { prior: string; implied: string }[] => [
  { prior: MEMBER, implied: READER },
  { prior: MANAGER, implied: MEMBER },
  { prior: adminRole, implied: MANAGER },
];
