import { formatDatabaseUrl } from '../config/database-url.ts';
import type { DatabaseAddress } from '../rules/database-address.ts';
import type { DatabaseName } from '../rules/schema-revision.ts';
import type { SchemaService } from '../services/schema-service.ts';
import type { Engine } from './engine.ts';

type Reached = { address(): Promise<DatabaseAddress>; schema(): Promise<SchemaService> };

/** Tells how each database is reached that `db sync`, `db url` and `db version` take. */
const DATABASES: Record<DatabaseName, (engine: Engine) => Reached> = {
  identity: (engine) => ({
    address: () => engine.identity.address(),
    schema: async () => (await engine.identity.services()).schema,
  }),
};

export const schemaOf = (engine: Engine, name: DatabaseName): Promise<SchemaService> =>
  DATABASES[name](engine).schema();

/** Gives the database's URL; its password is `***` unless it is to be shown. `driver` is one of SQLAlchemy's. */
export const databaseUrl = async (
  engine: Engine,
  name: DatabaseName,
  how: { showPassword: boolean; driver?: string },
): Promise<string> => formatDatabaseUrl(await DATABASES[name](engine).address(), how);
