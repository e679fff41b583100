import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CellState } from '../../../src/rules/compute/cell-state.ts';
import { CheckCode } from '../../../src/rules/upgrade-check.ts';
import { CheckDatabase } from '../../../src/services/check-database.ts';
import { checkCells } from '../../../src/services/compute/check-cells.ts';
import {
  CELLS as CHECKED_CELLS,
  MACHINE_TYPE,
  OLD_COMPUTES,
  runComputeSuite,
} from '../../support/checks/compute-suite.ts';
import { BlackHole } from '../../support/cloud/black-hole.ts';
import { CANARY, type TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import { freePort } from '../../support/free-port.ts';
import { until } from '../../support/home/cli.ts';

const STRESS = process.env['KEYWARD_STRESS'] === '1';
const [CELLS, HOLES, REFUSING] = STRESS ? [100, 5, 2] : [12, 2, 1];
/** All cells together may take so long. */
const DEADLINE_MS = STRESS ? 8000 : 2000;
/** The upgrade checks have no deadline of the caller's. */
const CHECKS_DEADLINE_MS = 8000;
/** Then a second is left; where other files are tested meanwhile, some more. */
const MARGIN_MS = STRESS ? 1000 : 3000;
const IN_TIME = `within the deadline and ${MARGIN_MS / 1000} s`;

let server: TestPostgres;
let cells: TestCells;
let holes: BlackHole[];
cellsPerFile(CELLS - HOLES - REFUSING - 1, (made) => ({ server, cells } = made));
beforeAll(async () => {
  holes = await Promise.all(Array.from({ length: HOLES }, () => BlackHole.open()));
  for (const { port } of holes) await cells.add(`postgresql://nova:${CANARY}@127.0.0.1:${port}/nova_hole`);
  for (let at = 0; at < REFUSING; at += 1)
    await cells.add(`postgresql://nova:${CANARY}@127.0.0.1:${await freePort()}/nova_refusing`);
  await server.query('postgres', "create role stranger login password 'another-Pw-1'");
  await server.askForPassword('stranger');
  await cells.add(cells.urlOf('postgres', 'stranger'));
  await server.query(cells.databaseOf('cell3'), "update alembic_version set version_num = '2903cd72dc14'");
});
afterAll(() => {
  for (const hole of holes ?? []) hole.close();
});

const DEAD = HOLES + REFUSING + 1;
const FIRST_DEAD = CELLS - DEAD;
const deadNames = Array.from({ length: DEAD }, (_, at) => `cell${FIRST_DEAD + at}`);
const [holeNames, refusingNames, strangerNames] = [
  deadNames.slice(0, HOLES),
  deadNames.slice(HOLES, -1),
  deadNames.slice(-1),
];

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const start = performance.now();
  const value = await work();
  return { value, ms: performance.now() - start };
}

async function nothingOpen(): Promise<void> {
  await until(() => holes.every(({ open }) => open === 0));
  // The API database's own connections stay until its services are closed.
  await until(async () => {
    const rows = await server.query(
      'postgres',
      "select from pg_stat_activity where application_name = 'keyward' and datname <> $1",
      [cells.api],
    );
    return rows.length === 0;
  });
}

describe('a list of cells of which some are dead', () => {
  let listed: { value: CellState[]; ms: number };
  beforeAll(async () => {
    listed = await timed(() => cells.services.cellService.list(DEADLINE_MS));
  });
  const dead = () => listed.value.filter(({ isReachable }) => !isReachable);
  const problems = (names: string[]) =>
    listed.value.filter(({ cell }) => names.includes(cell.name!)).map(({ problem }) => problem);

  it(`is there ${IN_TIME}`, () => expect(listed.ms).toBeLessThan(DEADLINE_MS + MARGIN_MS));

  it('has every cell, and names the dead ones', () => {
    expect(listed.value).toHaveLength(CELLS);
    expect(dead().map(({ cell }) => cell.name)).toEqual(deadNames.toSorted());
  });

  it('says why', () => {
    for (const problem of problems(holeNames))
      expect(problem).toMatch(/has not answered within [28] s|can't be used/);
    for (const problem of problems(refusingNames)) expect(problem).toMatch(/nova_refusing.*ECONNREFUSED/);
    for (const problem of problems(strangerNames))
      expect(problem).toMatch(/^User stranger may not log in to/);
  });

  it('knows what is in the others, and that one has another revision', () => {
    const alive = listed.value.filter(({ isReachable }) => isReachable);
    expect(alive.map(({ living }) => living)).toEqual(alive.map(() => 0));
    const [unlike] = alive.filter(({ problem }) => problem !== null);
    expect(unlike).toMatchObject({
      cell: { name: 'cell3' },
      revision: '2903cd72dc14',
      problem: 'The database of the cell is at an older revision than Nova 34.0.0.',
    });
  });

  it('holds no password where it is printed from', () => {
    const shown = listed.value.map(({ urls, problem }) => ({ urls, problem }));
    expect(JSON.stringify(shown)).not.toContain(CANARY);
    expect(listed.value[1]!.urls.transportUrl).toBe('rabbit://nova:****@cell1.example:5672/');
  });

  it('leaves no connection open', async () => {
    expect(holes.every(({ accepted }) => accepted > 0)).toBe(true);
    await nothingOpen();
  });
});

describe('a comparison of cells of which some are dead', () => {
  it(`tells of them and of the others ${IN_TIME}, without a password`, async () => {
    const { value, ms } = await timed(() => cells.services.cellVerifier.verify(DEADLINE_MS));
    expect(ms).toBeLessThan(DEADLINE_MS + MARGIN_MS);
    expect(value.unasked.map(({ name }) => name)).toEqual(deadNames);
    expect(value.asked).toHaveLength(CELLS - DEAD);
    const found = value.findings.map(({ kind, cells: of }) => [kind, of[0]!.name]);
    expect(found).toEqual([
      ...deadNames.map((name) => ['cell-unreachable', name]),
      ['wrong-revision', 'cell3'],
    ]);
    expect(JSON.stringify(value.findings.map(({ details, cure }) => [details, cure]))).not.toContain(CANARY);
    await nothingOpen();
  });
});

it(`the upgrade checks name them and judge the others ${IN_TIME}, without a password`, async () => {
  const { database, cells: asked } = cells.services;
  const parts = { database: new CheckDatabase(database), cells: checkCells(asked) };
  const { value, ms } = await timed(() => runComputeSuite(parts));
  expect(ms).toBeLessThan(CHECKS_DEADLINE_MS + MARGIN_MS);
  const failed = value.filter(({ code }) => code === CheckCode.failure);
  expect(failed.map(({ id }) => id)).toEqual([CHECKED_CELLS, OLD_COMPUTES, MACHINE_TYPE]);
  for (const { id, details } of failed) {
    // hw_machine_type unset leaves cell0 out.
    const among = id === MACHINE_TYPE ? CELLS - 1 : CELLS;
    expect(details!.trimStart()).toMatch(new RegExp(`^${DEAD} of ${among} cells could not be checked`));
    expect(details!.match(/\bcell\d+ (?=\()/g)!.map((name) => name.trim())).toEqual(deadNames);
  }
  expect(JSON.stringify(value)).not.toContain(CANARY);
  await nothingOpen();
});

it('a dead cell is shown with the reason', async () => {
  const state = await cells.services.cellService.show(refusingNames[0]!, DEADLINE_MS);
  expect(state).toMatchObject({ isReachable: false, living: null, revision: null });
  expect(state.problem).toMatch(/ECONNREFUSED/);
});
