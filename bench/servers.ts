import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensurePostgres } from '../src/daemons/postgres/server.ts';
import { pageStatement, type ServerFilter } from '../src/database/nova-cell/server-pages.ts';
import { NEWEST_FIRST } from '../src/rules/compute/server-order.ts';
import { novaDatabases } from '../test/support/interop/nova/databases.ts';
import { NovaTools } from '../test/support/interop/nova-tools.ts';
import { StartedPrograms } from '../test/support/interop/programs.ts';
import { RealNova } from '../test/support/interop/real-nova.ts';
import {
  compete,
  home,
  keyward,
  median,
  peakMiB,
  ROUNDS,
  row,
  type Seconds,
  succeed,
  time,
} from './measure.ts';

const CELL = 'nova_cell1';
const FIRST_PAGE = ['server', 'list'];
const ALL = ['server', 'list', '-f', 'csv'];

/** Puts so many servers into the first cell, each with what a list shows of it. */
async function plant(count: number): Promise<void> {
  const flavor = JSON.stringify({
    cur: { 'nova_object.name': 'Flavor', 'nova_object.data': { name: 'm1.tiny', flavorid: '1' } },
  });
  await home.query(
    `insert into instances (uuid, display_name, vm_state, power_state, project_id, image_ref, created_at, deleted, hidden)
       select md5('server' || n)::uuid::text, 'server' || n, 'active', 1, 'p' || n % 100, 'image',
         timestamp '2026-01-01' + n * interval '1 second', 0, false
       from generate_series((select count(*) + 1 from instances), ${count}) n;
     insert into instance_extra (instance_uuid, flavor, deleted)
       select uuid, '${flavor}', 0 from instances where uuid not in (select instance_uuid from instance_extra);
     insert into instance_info_caches (instance_uuid, network_info, deleted)
       select uuid, '[]', 0 from instances on conflict do nothing;
     analyze`,
    CELL,
  );
}

/** Prints the plan of the statement that a cell is asked for its first page, as a literal one. */
export async function printPlan(what: string, filter: ServerFilter = {}): Promise<void> {
  const { sql, values } = pageStatement(filter, { order: NEWEST_FIRST, after: null, size: 1001 });
  const literal = values.reduce<string>(
    (text, value) => text.replace('?', typeof value === 'string' ? `'${value}'` : String(value)),
    sql,
  );
  const plan = await home.query<{ 'QUERY PLAN': string }>(`explain (analyze, costs off) ${literal}`, CELL);
  console.log(`\nThe first page of ${what}:\n${plan.map((line) => line['QUERY PLAN']).join('\n')}\n`);
}

export async function measure(name: string, args: string[]): Promise<void> {
  const times: Seconds[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await time(() => keyward(args)));
  row(name, median(times).toFixed(2), '', '', '', await peakMiB(args));
}

/** Measures lists of servers in the embedded databases, of which there are two cells then. */
export async function listServers(): Promise<void> {
  await keyward(['db', 'sync', 'compute']);
  for (const count of [1000, 100_000]) {
    await plant(count);
    await printPlan(`${count} servers`);
    await measure(`server list, first page of ${count}`, FIRST_PAGE);
    await measure(`server list -f csv, ${count} servers`, ALL);
  }
  await measure('server list --sort-column Name, first page of 100000', [
    ...FIRST_PAGE,
    '--sort-column',
    'Name',
    '--limit',
    '1000',
  ]);
}

/** Makes what a server alone is made of, and whose it is. */
async function makeParts(): Promise<void> {
  const file = path.join(home.dir, 'bench.raw');
  writeFileSync(file, Buffer.alloc(1024, 1));
  await keyward(['db', 'sync']);
  await keyward(['bootstrap', '--bootstrap-password-stdin']);
  await keyward(['flavor', 'create', 'bench', '--ram', '64', '--disk', '1']);
  await keyward(['image', 'create', 'bench', '--file', file]);
}

/** Measures beside openstackclient on a running Nova. */
export async function competeWithOpenstack(): Promise<void> {
  const databases = novaDatabases(await ensurePostgres(home.home, () => {}), 'rig_');
  const nova = await RealNova.start({ dir: path.join(home.dir, 'rig'), databases });
  const tools = await NovaTools.open(path.dirname(nova.config), (bin) => new StartedPrograms(bin));
  try {
    const project = nova.project();
    const id = await project.boot({ name: 'measured' });
    await project.settled(id);
    const openstack =
      (...args: string[]) =>
      () =>
        succeed(`openstack ${args.join(' ')}`, tools.openstack(project.admin.env, ...args));
    const ours = ['--config-file', nova.config];
    const asked = { 'server show': [id], 'server list': [], 'server event list': [id] };
    for (const [name, more] of Object.entries(asked)) {
      const args = [...name.split(' '), ...more];
      await compete({ name, atMost: 0.3, args: [...args, ...ours], theirs: openstack(...args) });
    }
    const boot = ['--flavor', '1', '--image', 'img1', '--no-network', '--wait', 'made'];
    await makeParts();
    await compete({
      name: 'server create, ACTIVE',
      atMost: '',
      args: ['server', 'create', '--flavor', 'bench', '--image', 'bench', 'made'],
      theirs: openstack('server', 'create', ...boot),
    });
  } finally {
    tools.close();
    await nova.close();
  }
}
