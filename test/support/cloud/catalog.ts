import type { TestPostgres } from './postgres.ts';

/** Asks the system catalogs for everything that makes a `public` schema what it is, one line a fact. */
const CATALOG = `
select 'table ' || tablename as fact from pg_tables where schemaname = 'public'
union all
select format('column %s.%s place=%s %s default=%s notnull=%s', c.relname, a.attname,
              row_number() over (partition by c.oid order by a.attnum), format_type(a.atttypid, a.atttypmod),
              pg_get_expr(d.adbin, d.adrelid), a.attnotnull)
  from pg_attribute a join pg_class c on c.oid = a.attrelid
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v') and a.attnum > 0 and not a.attisdropped
union all
select format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
  from pg_constraint where connamespace = 'public'::regnamespace
union all
select 'index ' || indexdef from pg_indexes where schemaname = 'public'
union all
select format('enum %s %s %s', t.typname, e.enumsortorder, e.enumlabel)
  from pg_enum e join pg_type t on t.oid = e.enumtypid where t.typnamespace = 'public'::regnamespace
union all
select format('sequence %s %s start=%s by=%s from=%s to=%s owner=%s', s.relname, format_type(q.seqtypid, null), q.seqstart,
              q.seqincrement, q.seqmin, q.seqmax,
              (select format('%s.%s', d.refobjid::regclass, a.attname) from pg_depend d
                 join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
                where d.objid = s.oid and d.deptype = 'a'))
  from pg_sequence q join pg_class s on s.oid = q.seqrelid where s.relnamespace = 'public'::regnamespace
union all
select 'function ' || pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
union all
select 'trigger ' || pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = t.tgrelid
 where c.relnamespace = 'public'::regnamespace and not t.tgisinternal
order by 1`;

type Query = (sql: string) => Promise<{ fact: string }[]>;

export const publicCatalog = (server: Pick<TestPostgres, 'query'>, database: string): Promise<string[]> =>
  catalogOf((sql) => server.query(database, sql));

/** As `publicCatalog`, by whoever asks: an open transaction sees what it has changed itself. */
export const catalogOf = async (query: Query): Promise<string[]> =>
  (await query(CATALOG)).map((row) => row.fact);
