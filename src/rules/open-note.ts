/** This is said when the local Temporal starts on loopback ports, and by `ps` as long as it listens there. */
export const OPEN_NOTE =
  'Note: Temporal listens on loopback ports, where every account of this host gets in. ' +
  'README ("Who must be trusted") says what they can do and how to close it; ' +
  'then run `keyward down` and `keyward up`.';
