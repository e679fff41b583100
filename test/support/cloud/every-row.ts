type Query = (sql: string) => Promise<{ text: string }[]>;

/**
 * Every row of every table of Keystone's and of keyward's as it is, for "nothing was written". That a request was begun
 * is noted in the ledger all the same.
 */
export async function everyRow(query: Query): Promise<string> {
  const tables = await query(
    `select format('%I.%I', schemaname, tablename) as text from pg_tables
     where schemaname in ('public', 'keyward') and tablename <> 'request' order by 1`,
  );
  const names = tables.map(({ text }) => text);
  if (names.length === 0) return '';
  const each = names.map((name) => `select '${name} ' || t::text as text from ${name} t`);
  const rows = await query(`select text from (${each.join(' union all ')}) every order by 1`);
  return [...names, ...rows.map(({ text }) => text)].join('\n');
}
