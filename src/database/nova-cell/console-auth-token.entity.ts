import { defineEntity, p } from '@mikro-orm/core';
import { rowTimes } from '../row-times.ts';

/** A console that may be opened until `expires`, in seconds since the epoch; of its token there is a SHA-256 in hex. */
export const ConsoleAuthToken = defineEntity({
  name: 'ConsoleAuthToken',
  tableName: 'console_auth_tokens',
  properties: {
    ...rowTimes(),
    id: p.integer().primary().autoincrement(),
    tokenHash: p.string(),
    consoleType: p.string(),
    host: p.string(),
    port: p.integer(),
    internalAccessPath: p.string().nullable(),
    instanceUuid: p.string(),
    expires: p.integer(),
    accessUrlBase: p.string().nullable(),
    tlsPort: p.integer().nullable(),
  },
});
