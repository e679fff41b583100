const NAMES = /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|TZ|TMPDIR|NODE_EXTRA_CA_CERTS|NODE_USE_ENV_PROXY)$/;
const PREFIXES = /^(LC_|XDG_|SSL_|OTEL_)/;
const PROXIES = /^(https?|all|no)_proxy$/i;

/**
 * Picks what daemons and builders inherit. It is a list of what may pass, since they outlive the command, whose
 * environment may hold passwords (`OS_BOOTSTRAP_PASSWORD`, `OS_PASSWORD`). `also` adds the names that one part needs.
 */
export function daemonEnvironment(env: NodeJS.ProcessEnv, also: RegExp = /^$/): NodeJS.ProcessEnv {
  const passes = (name: string): boolean => [NAMES, PREFIXES, PROXIES, also].some((list) => list.test(name));
  return Object.fromEntries(Object.entries(env).filter(([name]) => passes(name)));
}
