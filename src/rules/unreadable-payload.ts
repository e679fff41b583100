/** What a worker's codec puts in place of a payload that it can't decrypt; `assertReadable` refuses it. */
export const UNREADABLE = { keyward: 'unreadable payload' } as const;

export const isUnreadable = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (value as { keyward?: unknown }).keyward === UNREADABLE.keyward;

export const UNREADABLE_TYPE = 'PayloadKeyMismatch';
export const UNREADABLE_MESSAGE = 'This payload was not encrypted with the payload key of this host.';
export const UNREADABLE_CURE =
  'Give every host the same key file: KEYWARD_PAYLOAD_KEY_FILE (default: payload.key in KEYWARD_HOME).';
