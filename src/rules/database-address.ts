/**
 * Where a PostgreSQL database is and who connects. `host` is a host name, or the absolute path of a socket folder.
 * `ssl` follows libpq's sslmode: `require` encrypts, `verify-*` also checks the certificate against `sslRootCert`
 * (a path) or the system's authorities.
 */
export type DatabaseAddress = {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string | null;
  ssl: 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  sslRootCert: string | null;
};
