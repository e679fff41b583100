/** Node's names for what OpenSSL finds wrong with a certificate. */
const CERTIFICATE =
  /^(?!ERR_O?SSL_).*(CERT|CRL|ISSUER|SIGNATURE)|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH|^UNSPECIFIED$/;
/** Codes of a handshake that failed, also because of what the server found wrong with a client certificate. */
const HANDSHAKE = /^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|EPROTO$)/;

/** Tells whether an error's code is about the certificate of the other side. */
export const isAboutCertificate = (code: string): boolean => CERTIFICATE.test(code);

/** Tells whether there was TLS, but not such as is wanted here. */
export const isAboutTls = (code: string): boolean => CERTIFICATE.test(code) || HANDSHAKE.test(code);
