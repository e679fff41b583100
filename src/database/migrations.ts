import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';

const FOLDER = fileURLToPath(new URL('../../migrations/', import.meta.url));

const TABLE = 'mikro_orm_migrations';

export type MigrationSet = 'keystone' | 'keyward';

const filesOf = (set: string): string[] => readdirSync(path.join(FOLDER, set)).toSorted();

/** Those of keyward's own files that the database has not seen; only reads, where the migrator would make its table. */
export async function pendingMigrations(em: EntityManager): Promise<string[]> {
  const tables = await em.execute<object[]>(
    `select from pg_tables where schemaname = 'keyward' and tablename = '${TABLE}'`,
  );
  const seen =
    tables.length > 0 ? await em.execute<{ name: string }[]>(`select name from keyward.${TABLE}`) : [];
  const names = new Set(seen.map(({ name }) => name));
  return filesOf('keyward').filter((file) => !names.has(`keyward/${file}`));
}

/** Applies the numbered SQL files of `migrations/<set>/` that the database has not seen, in one transaction. */
export async function migrate(orm: MikroORM, set: MigrationSet): Promise<string[]> {
  await orm.em.fork().execute('create schema if not exists keyward');
  const { Migrator, Migration } = await import('@mikro-orm/migrations');
  const asMigration = (file: string) => ({
    name: `${set}/${file}`,
    class: class extends Migration {
      override up(): void {
        this.addSql(readFileSync(path.join(FOLDER, set, file), 'utf8'));
      }
    },
  });
  orm.config.set('migrations', {
    tableName: `keyward.${TABLE}`,
    transactional: true,
    allOrNothing: true,
    disableForeignKeys: false,
    snapshot: false,
    silent: true,
    migrationsList: filesOf(set).map(asMigration),
  });
  const applied = await new Migrator(orm.em).up();
  return applied.map(({ name }) => name);
}
