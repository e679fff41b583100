import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { hasTable } from './has-table.ts';

const SHIPPED = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** Holds the names of what was applied, in the schema `keyward` of each database. */
const TABLE = 'keyward.mikro_orm_migrations';

/** The numbered SQL files of a folder. A database records each that it has seen as `<name>/<file>`. */
export type MigrationSet = { name: string; folder: string };

/** A set of those that keyward is delivered with. */
export const shippedSet = (name: string): MigrationSet => ({ name, folder: path.join(SHIPPED, name) });

const filesOf = ({ folder }: MigrationSet): string[] => readdirSync(folder).toSorted();

/** The files of a set that the database has not seen; only reads, where the migrator would make its table. */
export async function pendingMigrations(em: EntityManager, set: MigrationSet): Promise<string[]> {
  const seen = (await hasTable(em, TABLE))
    ? await em.execute<{ name: string }[]>(`select name from ${TABLE}`)
    : [];
  const names = new Set(seen.map(({ name }) => name));
  return filesOf(set).filter((file) => !names.has(`${set.name}/${file}`));
}

/** Applies the files of a set that the database has not seen, in one transaction; returns their names. */
export async function migrate(orm: MikroORM, set: MigrationSet): Promise<string[]> {
  await orm.em.fork().execute('create schema if not exists keyward');
  const { Migrator, Migration } = await import('@mikro-orm/migrations');
  const asMigration = (file: string) => ({
    name: `${set.name}/${file}`,
    class: class extends Migration {
      override up(): void {
        this.addSql(readFileSync(path.join(set.folder, file), 'utf8'));
      }
    },
  });
  orm.config.set('migrations', {
    tableName: TABLE,
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
