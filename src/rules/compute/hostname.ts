const LONGEST = 63;

/**
 * Makes a host name of a server's name as Nova does: what is no letter, digit, `_` or `-` is left out, and a name of
 * which nothing is left is replaced. NOTE: nova/utils.py, sanitize_hostname.
 */
export function hostnameOf(name: string, uuid: string): string {
  const latin = [...name].filter((letter) => letter.codePointAt(0)! <= 0xff).join('');
  const cleaned = latin
    .slice(0, LONGEST)
    .replaceAll(/[ _.]/g, '-')
    .replaceAll(/[^\p{L}\p{N}_-]+/gu, '')
    .toLowerCase()
    .replaceAll(/^[.-]+|[.-]+$/g, '');
  return cleaned === '' ? `Server-${uuid}`.slice(0, LONGEST) : cleaned;
}
