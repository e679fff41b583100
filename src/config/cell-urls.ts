import { type CellMapping, nameOf } from '../rules/compute/cell.ts';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { RuleError, UsageError } from '../rules/errors.ts';
import type { Setting } from '../rules/settings.ts';
import { appendToDatabase, parseDatabaseUrl } from './database-url.ts';
import { withTlsFiles } from './tls-files.ts';
import { FIELDS, fieldsOf, fillIn, isTemplate } from './url-template.ts';

type Cell = Pick<CellMapping, 'name' | 'uuid'>;
type Base = Setting<string | null>;
/** A column of `cell_mappings`, and the option that its templates are filled in from. */
type Column = { name: string; option: string };

const DATABASE: Column = {
  name: 'database_connection',
  option: '[database] connection in nova.conf, or KEYWARD_NOVA_DATABASE_URL',
};
const TRANSPORT: Column = { name: 'transport_url', option: '[DEFAULT] transport_url in nova.conf' };

/** Fills a cell's `database_connection` in from `[database] connection`, as Nova does. Throws a RuleError. */
export const fillDatabaseUrl = (stored: string, base: Base, cell: Cell): string =>
  fill(stored, base, cell, DATABASE);

/** Fills a cell's `transport_url` in from `[DEFAULT] transport_url`, as Nova does. Throws a RuleError. */
export const fillTransportUrl = (stored: string, base: Base, cell: Cell): string =>
  fill(stored, base, cell, TRANSPORT);

/**
 * Gives the URL that nova-manage takes for cell0's database where none is named: it appends to the name of the database
 * in `[database] connection` (NOTE: nova/cmd/manage.py, _map_cell0). Throws a RuleError.
 */
export function cell0Url({ value, origin }: Setting<string>): string {
  const advice = {
    example:
      'postgresql+psycopg2://nova:PASSWORD@db.example:5432/nova, or map cell0 with `nova-manage cell_v2 map_cell0 --database_connection URL`',
    elsewhere: 'in KEYWARD_NOVA_DATABASE_URL',
  };
  return asCellError(() =>
    appendToDatabase(value, '_cell0', `${origin}, from which cell0's URL is made,`, advice),
  );
}

/**
 * Finds a cell's database by the `database_connection` that is stored. A URL or template that keyward can't use is a
 * RuleError that names the cell and holds no secret.
 */
export function cellAddress(stored: string, base: Base, cell: Cell, env: NodeJS.ProcessEnv): DatabaseAddress {
  const url = fillDatabaseUrl(stored, base, cell);
  const what = whatOf(cell, DATABASE);
  const advice = {
    example: `postgresql+psycopg2://nova:PASSWORD@db.example:5432/nova_cell1, with ${updateOf(cell)}`,
    elsewhere: `with ${updateOf(cell)}`,
  };
  const origin = `the mapping of cell ${nameOf(cell)}${isTemplate(stored) ? ` or in ${base.origin}` : ''}`;
  const address = asCellError(() => withTlsFiles(parseDatabaseUrl(url, what, advice), what, env));
  return { ...address, origin };
}

/** A URL that is wrong in a cell's mapping, or found wrong only there, is no wrong usage of the command. */
function asCellError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) throw unusable(error.message, error.cure);
    throw error;
  }
}

/**
 * Hides the passwords in a URL or template as `nova-manage cell_v2 list_cells` does (NOTE: nova/cmd/manage.py,
 * mask_passwd_in_url), which shows those in a query, and of several hosts the last one only.
 */
export function maskUrl(url: string): string {
  const [, scheme, authority = '', rest = ''] = /^([^:/?#]*:\/\/)([^/?#]*)(.*)$/s.exec(url) ?? [];
  const hidden = rest.replaceAll(/([?&][^=&#]*pass(?:word|wd|phrase)?[^=&#]*=)[^&#]*/gi, '$1****');
  // An @ behind the host says that what looks like a path may be a password that was not escaped.
  if (scheme === undefined || hidden.includes('@')) return `${scheme ?? ''}****`;
  const hosts = authority.split(',');
  const isPlain = hosts.every((host) =>
    /^[^:@]*(?::[^@]*)?@[^@]*$|^(?:\[[^\]]*\]|[^:@]*)(?::\d*)?$/.test(host),
  );
  const isMixed = hosts.some((host) => host.includes('@')) && !hosts.every((host) => host.includes('@'));
  const masked = isPlain && !isMixed ? hosts.map(maskCredentials).join() : maskCredentials(authority);
  return `${scheme}${masked}${hidden}`;
}

/** Hides from the first colon to the last @: there may be several of both where a password was not escaped. */
const maskCredentials = (text: string): string => text.replace(/:.*@/s, ':****@');

/**
 * Nova takes a text as it stands that it can't fill in (`format_db_url`, `format_mq_url`). That leads nowhere where it
 * is a template, so this is refused; else it is a URL, and a brace in its password means itself.
 */
function fill(stored: string, base: Base, cell: Cell, column: Column): string {
  const what = whatOf(cell, column);
  const fields = base.value === null ? null : fieldsOf(base.value);
  const filled = fields && fillIn(stored, fields, base.origin);
  if (filled && 'text' in filled) return filled.text;
  if (!isTemplate(stored)) return stored;
  if (filled)
    throw unusable(
      `${what} ${filled.flaw.replace(/(?<![.?])$/, '.')}`,
      `Correct it with ${updateOf(cell)}; the fields are ${FIELDS.map((field) => `{${field}}`).join(' ')}, and a brace itself is written twice.`,
    );
  const reason =
    base.value === null ? 'nothing is set to fill it in from' : `${base.origin} is no URL that Nova can read`;
  throw unusable(`${what} is a template, and ${reason}.`, `Correct ${column.option}.`);
}

const whatOf = (cell: Cell, column: Column): string => `The ${column.name} of cell ${nameOf(cell)}`;

/** Nova's command takes from nova.conf what it is not told, so both URLs must be given. */
const updateOf = ({ uuid }: Cell): string =>
  `\`nova-manage cell_v2 update_cell --cell_uuid ${uuid} --transport-url URL --database_connection URL\` (what is left out is replaced by nova.conf's)`;

const unusable = (message: string, cure: string): RuleError =>
  new RuleError('CellUrlUnusable', message, { cure });
