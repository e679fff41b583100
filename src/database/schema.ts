import type { Options } from '@mikro-orm/postgresql';
import type { UpstreamSchema } from '../rules/schema-revision.ts';
import type { MigrationSet } from './migrations.ts';

/** Everything that keyward must know of one kind of database. Adding a database is adding one of these. */
export type Schema = UpstreamSchema & {
  /** What keyward reads and writes through MikroORM, of upstream's tables and of its own. */
  entities: NonNullable<Options['entities']>;
  /** What makes an empty database upstream's, and keyward's own tables beside those. */
  migrations: { upstream: MigrationSet; keyward: MigrationSet };
};
