import type { EntityManager } from '@mikro-orm/postgresql';
import type { DatabaseAddress } from '../rules/database-address.ts';
import {
  type SchemaFacts,
  schemaRefusal,
  schemaState,
  type UpstreamSchema,
} from '../rules/schema-revision.ts';

/** Reads by what `schemaState` decides. */
export async function readFacts(em: EntityManager, { landmarks }: UpstreamSchema): Promise<SchemaFacts> {
  const [facts] = await em.execute<[Omit<SchemaFacts, 'revisions'>]>(
    `select count(*)::int as tables,
            count(*) filter (where tablename in (select jsonb_array_elements_text(?::jsonb))) = ? as "hasLandmarks",
            count(*) filter (where tablename = 'alembic_version') = 1 as "hasAlembic"
     from pg_tables where schemaname = 'public'`,
    [JSON.stringify(landmarks), landmarks.length],
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
  schema: UpstreamSchema,
): Promise<unknown> {
  if ((error as Error).name !== 'SchemaMissing') return error;
  try {
    return schemaRefusal(schemaState(await readFacts(em, schema), schema), database, schema) ?? error;
  } catch {
    return error;
  }
}
