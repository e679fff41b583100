import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { PeerCertificate } from 'node:tls';

type Name = { type: string; value: string };

/** One entry of OpenSSL's list of alternative names, as Node writes it; one with a comma in it stands in quotes. */
const ENTRY = /(?<type>[^:,]+):(?<value>"(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy;

/**
 * Why a certificate is not the named server's; undefined if it is. The rules are libpq's for sslmode=verify-full:
 * alternative names count first; the common name counts only where there is no alternative name of the host's own kind
 * (DNS name or IP address); a leading `*.` stands for one label; letter case does not matter.
 */
export function identityError(host: string, certificate: PeerCertificate): Error | undefined {
  const names = alternativeNames(certificate.subjectaltname);
  if (names.some((name) => matches(name, host, certificate))) return undefined;
  const kind = isIP(host) ? 'IP Address' : 'DNS';
  const [common] = [certificate.subject?.CN ?? []].flat();
  const commonCounts = !names.some(({ type }) => type === kind);
  if (commonCounts && common !== undefined && isNameOf(common, host)) return undefined;
  const owners = [...names.map(({ value }) => value), ...(commonCounts && common ? [common] : [])];
  return Object.assign(new Error(`the certificate is of ${owners.join(', ') || 'nobody'}, not of ${host}`), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
}

function alternativeNames(text = ''): Name[] {
  return [...text.matchAll(ENTRY)].map(({ groups }) => {
    const { type, value } = groups as Name;
    return { type, value: value.startsWith('"') ? (JSON.parse(value) as string) : value };
  });
}

/** An address is also compared with names, as text. */
function matches({ type, value }: Name, host: string, { raw }: PeerCertificate): boolean {
  if (type === 'DNS') return isNameOf(value, host);
  return type === 'IP Address' && isIP(host) !== 0 && isAddressIn(raw, host);
}

/** Two spellings of an IPv6 address are one address, which OpenSSL knows. */
const isAddressIn = (raw: Buffer, host: string): boolean =>
  new X509Certificate(raw).checkIP(host) !== undefined;

function isNameOf(pattern: string, host: string): boolean {
  const [wanted, name] = [pattern.toLowerCase(), host.toLowerCase()];
  if (!wanted.startsWith('*.')) return wanted === name;
  const dot = name.indexOf('.');
  return dot > 0 && wanted.length > 2 && name.slice(dot) === wanted.slice(1);
}
