/**
 * Where a PostgreSQL database is and who connects. `host` is a host name, or the absolute path of a socket folder.
 * `ssl` follows libpq's sslmode: `prefer` encrypts where the server offers it, `require` always; `verify-*`, and
 * `require` with `sslRootCert` (a path), also check the certificate, against that file or the system's authorities.
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
