import { type Database, openDatabase } from '../../../src/database/database.ts';
import type { Schema } from '../../../src/database/schema.ts';
import { SchemaService } from '../../../src/services/schema-service.ts';
import type { TestPostgres } from './postgres.ts';

/** Makes a database with a schema's tables and opens it. Always close it. */
export async function syncedDatabase(server: TestPostgres, schema: Schema): Promise<Database> {
  const database = openDatabase(await server.createDatabase({ empty: true }), schema);
  await new SchemaService(database).sync();
  return database;
}
