import type { ClientBase } from 'pg';
import { type DatabaseAddress, isSocket } from '../rules/database-address.ts';

/** The driver's options for the libpq parameters of an address; a parameter that is not there gives none. */
export function driverParameters(address: DatabaseAddress): object {
  const { parameters: given = {} } = address;
  const { keepalives, keepalives_idle: idle, connect_timeout: patience, options } = given;
  const name = given.application_name ?? given.fallback_application_name;
  return {
    ...(name !== undefined && { application_name: name }),
    ...(options !== undefined && { options }),
    ...(patience !== undefined && { connectionTimeoutMillis: patienceMs(Number(patience)) }),
    ...(keepalives !== undefined && { keepAlive: Number(keepalives) !== 0 }),
    ...(idle !== undefined && Number(idle) > 0 && { keepAliveInitialDelayMillis: Number(idle) * 1000 }),
    // Both are named in any case: the driver would look into its environment for the one.
    sslnegotiation: isSocket(address) ? 'postgres' : (given.sslnegotiation ?? 'postgres'),
    enableChannelBinding: given.channel_binding !== 'disable',
    ...sessionCheck(given.target_session_attrs),
  };
}

/** Reads a time-out as libpq does: 0 or less means for ever, and one second is made two. */
const patienceMs = (seconds: number): number => (seconds <= 0 ? 0 : Math.max(seconds, 2) * 1000);

const SESSION_IS = {
  'read-write': "not pg_is_in_recovery() and current_setting('default_transaction_read_only') = 'off'",
  primary: 'not pg_is_in_recovery()',
};
const READ_ONLY = '25006';

function sessionCheck(wanted: string | undefined): object {
  if (wanted !== 'read-write' && wanted !== 'primary') return {};
  return {
    onConnect: async (client: ClientBase) => {
      const { rows } = await client.query<{ fits: boolean }>(`select ${SESSION_IS[wanted]} as fits`);
      if (rows[0]?.fits) return;
      throw Object.assign(new Error(`session is not ${wanted}`), { code: READ_ONLY });
    },
  };
}
