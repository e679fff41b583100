import type { EntityManager } from '@mikro-orm/postgresql';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { type SchemaFacts, schemaRefusal, schemaState } from '../rules/schema-revision.ts';

export async function readFacts(em: EntityManager): Promise<SchemaFacts> {
  const [facts] = await em.execute<[{ tables: number; isKeystones: boolean; hasAlembic: boolean }]>(
    `select count(*)::int as tables,
            count(*) filter (where tablename in ('project', 'role', 'local_user')) = 3 as "isKeystones",
            count(*) filter (where tablename = 'alembic_version') = 1 as "hasAlembic"
     from pg_tables where schemaname = 'public'`,
  );
  const rows = facts.hasAlembic
    ? await em.execute<{ version_num: string }[]>('select version_num from public.alembic_version')
    : [];
  return { ...facts, revisions: rows.map((row) => row.version_num) };
}

/** A table that is missing is `db sync`'s to make, unless `db sync` would refuse the database: then that is said. */
export async function whyMissing(
  error: unknown,
  em: EntityManager,
  { database }: DatabaseAddress,
): Promise<unknown> {
  if ((error as Error).name !== 'SchemaMissing') return error;
  try {
    return schemaRefusal(schemaState(await readFacts(em)), database) ?? error;
  } catch {
    return error;
  }
}
