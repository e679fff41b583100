/** These are the values of libpq's sslmode; `DatabaseAddress` says what they mean. */
export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

/** keyward honours these parameters of libpq too; an address has them as the URL gave them, already judged. */
export const honouredParameters = [
  'application_name',
  'channel_binding',
  'connect_timeout',
  'fallback_application_name',
  'hostaddr',
  'keepalives',
  'keepalives_idle',
  'options',
  'ssl_max_protocol_version',
  'ssl_min_protocol_version',
  'sslcert',
  'sslcrl',
  'sslkey',
  'sslnegotiation',
  'target_session_attrs',
] as const;
export type HonouredParameter = (typeof honouredParameters)[number];

/**
 * Says where a PostgreSQL database is and who connects. `host` is a host name, or a socket folder's absolute path.
 * `ssl` follows libpq's sslmode: `prefer` encrypts where the server offers it, `allow` where it insists, `require`
 * always. A certificate is checked by `verify-*`, and by every mode but `disable` where `sslRootCert` (a path, or
 * `system` for the authorities that this host trusts) is there; `verify-full` also checks the name in it.
 */
export type DatabaseAddress = {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string | null;
  ssl: (typeof sslModes)[number];
  sslRootCert: string | null;
  parameters?: Partial<Record<HonouredParameter, string>>;
  /** Says what set it: a variable, or a file's section and key. The embedded database has no origin. */
  origin?: string;
};

/** Tells a socket folder from a host's name by its slash. TLS is never spoken over a socket. */
export const isSocket = ({ host }: { host: string }): boolean => host.startsWith('/');
