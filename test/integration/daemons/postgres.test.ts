import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensurePostgres } from '../../../src/daemons/postgres/server.ts';
import { stopParts } from '../../../src/daemons/parts.ts';
import { EngineHome } from '../../support/home/engine-home.ts';
import { until } from '../../support/home/cli.ts';

const silent = () => {};
let engine: EngineHome;
beforeEach(() => {
  engine = new EngineHome();
});
afterEach(() => engine.remove());

const data = (...parts: string[]): string => path.join(engine.dir, 'postgres', ...parts);

async function crash(): Promise<void> {
  process.kill(engine.part('postgres').pid!, 'SIGKILL');
  await until(() => engine.part('postgres').state === 'stopped');
}

describe('ensurePostgres', () => {
  it('makes a private database that outlives the command, and starts nothing the second time', async () => {
    const first = await engine.ensure('postgres');
    const { pid, version } = engine.part('postgres');
    const second = await engine.ensure('postgres');
    expect(first.lines).toEqual(['Making a PostgreSQL database.', 'Starting PostgreSQL.']);
    expect(second.lines).toEqual([]);
    expect(second.address).toEqual(first.address);
    expect(engine.part('postgres')).toMatchObject({ state: 'running', pid });
    expect(version).toMatch(/^18\./);
    expect(await engine.query('show listen_addresses')).toEqual([{ listen_addresses: '' }]);
    expect(await engine.query('show server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    for (const folder of [data(), engine.home.runDir]) expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('is found in a folder whose name holds a comma, a quote and spaces', async () => {
    const odd = new EngineHome(' a, "b" ');
    try {
      expect((await odd.ensure('postgres')).error).toBeUndefined();
      expect(await odd.query('select 1 as one')).toEqual([{ one: 1 }]);
    } finally {
      await odd.remove();
    }
  });

  it('is started once by four commands at once', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => engine.ensure('postgres')));
    expect(all.flatMap(({ lines }) => lines)).toEqual([
      'Making a PostgreSQL database.',
      'Starting PostgreSQL.',
    ]);
    expect(new Set(all.map(({ address }) => address.host))).toEqual(new Set([engine.home.runDir]));
  });

  it('comes back with its data after kill -9, although its pid now belongs to another process', async () => {
    engine.clone();
    await ensurePostgres(engine.home, silent);
    await engine.query("create table kept as select 'yes' as kept");
    await crash();
    const stale = readFileSync(data('postmaster.pid'), 'utf8').replace(/^\d+/, String(process.pid));
    writeFileSync(data('postmaster.pid'), stale);
    writeFileSync(path.join(engine.home.runDir, '.s.PGSQL.5432.lock'), stale);
    const { lines } = await engine.ensure('postgres');
    expect(lines).toEqual(['Starting PostgreSQL.']);
    expect(await engine.query('select * from kept')).toEqual([{ kept: 'yes' }]);
  });

  it('is started again when its starter died before it was ready', async () => {
    engine.clone();
    await ensurePostgres(engine.home, silent);
    const record = path.join(engine.dir, 'postgres.json');
    const { pid } = engine.part('postgres');
    writeFileSync(record, readFileSync(record, 'utf8').replace('"ready":true', '"ready":false'));
    await ensurePostgres(engine.home, silent);
    expect(engine.part('postgres')).toMatchObject({ state: 'running' });
    expect(engine.part('postgres').pid).not.toBe(pid);
  });

  it('takes what an interrupted initdb left for no database', async () => {
    mkdirSync(path.join(engine.dir, 'postgres.draft-1a2b3c', 'base'), { recursive: true, mode: 0o700 });
    mkdirSync(data('base'), { recursive: true, mode: 0o700 });
    const { lines } = await engine.ensure('postgres');
    expect(lines[0]).toMatch(/is no finished database: it is set aside as postgres\.unfinished-\d+\.$/);
    expect(await engine.query('select 1 as one')).toEqual([{ one: 1 }]);
    expect(readdirSync(engine.dir).filter((name) => name.includes('.draft'))).toEqual([]);
  });

  it('makes a database in a folder that is there and empty, and says nothing of the folder', async () => {
    mkdirSync(data(), { mode: 0o700 });
    const { lines } = await engine.ensure('postgres');
    expect(lines).toEqual(['Making a PostgreSQL database.', 'Starting PostgreSQL.']);
    expect(readdirSync(engine.dir).filter((name) => name.includes('unfinished'))).toEqual([]);
  });

  it('refuses data of another major version, names the cure, and leaves it alone', async () => {
    mkdirSync(data('global'), { recursive: true, mode: 0o700 });
    writeFileSync(data('PG_VERSION'), '15\n');
    writeFileSync(data('global', 'pg_control'), 'precious');
    const { error } = await engine.ensure('postgres');
    expect(error).toMatchObject({ name: 'PostgresVersion', exitCode: 69 });
    expect(error!.cure).toContain('pg_dump');
    expect(readFileSync(data('global', 'pg_control'), 'utf8')).toBe('precious');
  });

  it("follows a postgresql.conf of the user's", async () => {
    engine.clone();
    await ensurePostgres(engine.home, silent);
    await stopParts(engine.home);
    appendFileSync(data('postgresql.conf'), "log_statement = 'all'\n");
    await ensurePostgres(engine.home, silent);
    expect(await engine.query('show log_statement')).toEqual([{ log_statement: 'all' }]);
  });

  it('inherits no password from the command', async () => {
    engine.clone();
    await engine.ensure('postgres', { OS_BOOTSTRAP_PASSWORD: 'canary-in-environment' });
    const environ = readFileSync(`/proc/${engine.part('postgres').pid}/environ`, 'utf8');
    expect(environ).not.toContain('canary');
  });

  it('loads no package, and so takes milliseconds, when it runs', async () => {
    engine.clone();
    expect((await engine.ensure('postgres')).packages).not.toEqual([]);
    expect((await engine.ensure('postgres')).packages).toEqual([]);
  });
});

describe('a record that lies', () => {
  let bystander: ChildProcess;
  beforeEach(() => {
    bystander = spawn('sleep', ['1000']);
  });
  afterEach(() => {
    bystander.kill('SIGKILL');
  });

  it('is not believed, and the process that has the pid now is left alone', async () => {
    engine.clone();
    const record = { pid: bystander.pid, version: '18.4', address: 'x', since: 'x', ready: true };
    writeFileSync(path.join(engine.dir, 'postgres.json'), JSON.stringify(record));
    expect(engine.part('postgres')).toMatchObject({ state: 'stopped', pid: null });
    await stopParts(engine.home);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    const { lines } = await engine.ensure('postgres');
    expect(lines).toContain('Starting PostgreSQL.');
    bystander.kill();
    await once(bystander, 'exit');
    expect(engine.part('postgres')).toMatchObject({ state: 'running' });
  });
});
