import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MikroORM } from '@mikro-orm/postgresql';

const FOLDER = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** Applies the numbered SQL files of `migrations/<set>/` that the database has not seen, in one transaction. */
export async function migrate(orm: MikroORM, set: 'keystone' | 'keyward'): Promise<string[]> {
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
    tableName: 'keyward.mikro_orm_migrations',
    allOrNothing: true,
    disableForeignKeys: false,
    snapshot: false,
    silent: true,
    migrationsList: readdirSync(path.join(FOLDER, set)).toSorted().map(asMigration),
  });
  const applied = await new Migrator(orm.em).up();
  return applied.map(({ name }) => name);
}
