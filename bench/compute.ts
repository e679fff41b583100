import path from 'node:path';
import { NovaTools } from '../test/support/interop/nova-tools.ts';
import { StartedPrograms } from '../test/support/interop/programs.ts';
import { compete, home, keyward, succeed, urlOf } from './measure.ts';

/** nova-status's codes, since the checks find something here. */
const RESULTS = [0, 1, 2];
const OURS = ['nova_api', 'nova_cell0', 'nova_cell1'];
const THEIRS = ['real_api', 'real_main', 'real_main_cell0'];
const CHECK = ['status', 'upgrade', 'check', '--suite', 'nova'];

/** Makes databases anew; a whole one for each, since nova-manage needs them to be there. */
async function remake(databases: string[]): Promise<void> {
  for (const name of databases) {
    await home.query(`drop database if exists ${name} with (force)`, 'postgres');
    await home.query(`create database ${name}`, 'postgres');
  }
}

/** Beside cell0 and cell1, so many more cells, each a database of its own. */
async function addCells(count: number): Promise<void> {
  for (let at = 2; at < count; at++) {
    await home.query(`create database nova_cell${at} template nova_cell1`, 'postgres');
    for (const database of ['nova_api', 'real_api'])
      await home.query(
        `insert into cell_mappings (created_at, uuid, name, transport_url, database_connection, disabled)
           values (now(), gen_random_uuid(), 'cell${at}', 'none:///', '{scheme}://{username}@/nova_cell${at}?{query}', false)`,
        database,
      );
  }
}

/** Measures beside nova-manage and nova-status: keyward's databases are embedded, theirs lie beside them. */
export async function competeWithNova(): Promise<void> {
  const tools = await NovaTools.open(path.join(home.dir, 'nova'), (bin) => new StartedPrograms(bin));
  tools.write({
    DEFAULT: { transport_url: 'fake:///' },
    api_database: { connection: urlOf('real_api') },
    database: { connection: urlOf('real_main') },
  });
  const manage = (...args: string[]) => succeed(`nova-manage ${args.join(' ')}`, tools.manage(...args));
  const status = () => succeed('nova-status', tools.status(), RESULTS);
  const sync = async () => {
    await manage('api_db', 'sync');
    await manage('cell_v2', 'map_cell0');
    await manage('db', 'sync');
  };
  const cells = () => manage('cell_v2', 'list_cells');
  const ours = ['db', 'sync', 'compute'];
  const empty = () => remake([...OURS, ...THEIRS]);
  await compete({ name: 'db sync compute, empty', atMost: 0.5, args: ours, theirs: sync, prepare: empty });
  await manage('cell_v2', 'create_cell', '--name', 'cell1');
  await compete({ name: 'db sync compute, current', atMost: 0.25, args: ours, theirs: sync });
  const check = { args: CHECK, results: RESULTS, theirs: status };
  await compete({ name: 'check --suite nova', atMost: 0.35, ...check });
  await compete({ name: 'cell list', atMost: 0.3, args: ['cell', 'list'], theirs: cells });
  await addCells(100);
  await keyward(['db', 'version', 'compute']);
  await compete({ name: 'check --suite nova, 100 cells', atMost: '', ...check });
  await compete({ name: 'cell list, 100 cells', atMost: '', args: ['cell', 'list'], theirs: cells });
  await compete({ name: 'cell verify, 100 cells', atMost: '', args: ['cell', 'verify'], theirs: cells });
  tools.close();
}
