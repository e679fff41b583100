import type { EntityManager } from '@mikro-orm/postgresql';
import type { Cells } from '../../database/cells.ts';
import type { Database } from '../../database/database.ts';
import { listHostMappings } from '../../database/nova-api/host-mappings.ts';
import {
  digestMapped,
  findMappings,
  listCellless,
  listMapped,
} from '../../database/nova-api/instance-mappings.ts';
import { novaApiSchema } from '../../database/nova-api/schema.ts';
import { digestInstances, findInstances, listInstances } from '../../database/nova-cell/instances.ts';
import { listReportedHosts } from '../../database/nova-cell/reported-hosts.ts';
import { novaCellSchema } from '../../database/nova-cell/schema.ts';
import { identifyDatabase } from '../../database/same-database.ts';
import { readFacts } from '../../database/schema-facts.ts';
import { type CellMapping, nameOf, type FromCells } from '../../rules/compute/cell.ts';
import {
  type Finding,
  type HostMappings,
  judgeHosts,
  missingCell0,
  sharedDatabases,
} from '../../rules/compute/cell-findings.ts';
import {
  type Digest,
  judgeCellless,
  judgeInstances,
  joined,
  none,
  type SecondLook,
  type Suspects,
  unequalParts,
} from '../../rules/compute/instance-places.ts';
import type { RuleError } from '../../rules/errors.ts';
import type { SchemaFacts } from '../../rules/schema-revision.ts';
import { whyUnlike } from './cell-service.ts';

/** What was found; `unasked` are the cells that gave no answer, of which the rest of the findings says nothing. */
export type Verification = { findings: Finding[]; asked: CellMapping[]; unasked: CellMapping[] };

/** Of all cells' time so much is kept for a second look, which only those have to answer that answered the first. */
const SECOND_SHARE = 1 / 4;
const MOST_CELLLESS = 200;

type Mapped = {
  facts: SchemaFacts;
  hosts: HostMappings;
  instances: Map<number, Digest>;
  cellless: string[];
};
/** What a cell told; null: what is in the database is no cell of Nova. */
type Contents = { hosts: string[]; suspects: Suspects } | null;
type Answer = { facts: SchemaFacts; server: string; contents: Contents };

/** Compares the API database's mappings with what is in the cells. It changes nothing. */
export class CellVerifier {
  readonly #database: Database;
  readonly #cells: Cells;

  constructor(database: Database, cells: Cells) {
    this.#database = database;
    this.#cells = cells;
  }

  async verify(deadlineMs: number): Promise<Verification> {
    const cells = await this.#cells.list();
    const mapped = await this.#database.snapshot(readMapped);
    const api = inTurn(this.#database);
    const { answers, failures } = await this.#cells.each(
      (em, cell) => readCell(em, cell, mapped.instances.get(cell.id) ?? new Map(), api.read),
      { deadlineMs: deadlineMs * (1 - SECOND_SHARE), among: cells },
    );
    api.assertAnswered();
    const shared = sharedDatabases(answers.map(({ cell, value }) => ({ cell, server: value.server })));
    const sharing = new Set(shared.flatMap((finding) => finding.cells));
    const own = answers.flatMap(({ cell, value: { contents } }) =>
      contents && !sharing.has(cell) ? [{ cell, ...contents }] : [],
    );
    const instances = await this.#judgeInstances(cells, own, mapped.cellless, deadlineMs * SECOND_SHARE);
    return {
      asked: answers.map(({ cell }) => cell),
      unasked: [...failures, ...instances.failures].map(({ cell }) => cell),
      findings: [
        ...missingCell0(cells),
        ...[...failures, ...instances.failures].map(unreachable),
        ...unlike(whyUnlike(mapped.facts, this.#database.address.database, novaApiSchema), []),
        ...answers.flatMap(({ cell, value }) => unlikeCell(cell, value.facts)),
        ...shared,
        ...judgeHosts(mapped.hosts, own, cells),
        ...instances.findings,
      ],
    };
  }

  /** Looks a second time at what did not match, since the databases were not read at the same moment. */
  async #judgeInstances(
    cells: CellMapping[],
    read: { cell: CellMapping; suspects: Suspects }[],
    cellless: string[],
    deadlineMs: number,
  ): Promise<{ findings: Finding[]; failures: FromCells<unknown>['failures'] }> {
    const uuids = [
      ...new Set([
        ...read.flatMap(({ suspects }) => [...suspects.unmapped.uuids, ...suspects.lost.uuids]),
        ...cellless,
      ]),
    ];
    if (uuids.length === 0) return { findings: [], failures: [] };
    const { answers, failures } = await this.#cells.each((em) => findInstances(em, uuids), {
      deadlineMs,
      among: read.map(({ cell }) => cell),
    });
    const look: SecondLook = {
      mappings: await this.#database.read((em) => findMappings(em, uuids)),
      found: new Map(answers.map(({ cell, value }) => [cell.id, value])),
      cells,
    };
    const findings = read.flatMap(({ cell, suspects }) => judgeInstances(cell, suspects, look));
    return { findings: [...findings, ...judgeCellless(cellless, look)], failures };
  }
}

async function readMapped(em: EntityManager): Promise<Mapped> {
  return {
    facts: await readFacts(em, novaApiSchema),
    hosts: await listHostMappings(em),
    instances: await digestMapped(em),
    cellless: await listCellless(em, MOST_CELLLESS),
  };
}

const unreachable = ({ cell, error }: { cell: CellMapping; error: RuleError }): Finding => ({
  kind: 'cell-unreachable',
  cells: [cell],
  count: 1,
  details: `Cell ${nameOf(cell)} can't be asked: ${error.message}`,
  cure: error.cure,
});

const unlike = (why: RuleError | null, cells: CellMapping[]): Finding[] =>
  why ? [{ kind: 'wrong-revision', cells, count: 1, details: why.message, cure: why.cure }] : [];

const unlikeCell = (cell: CellMapping, facts: SchemaFacts): Finding[] =>
  unlike(whyUnlike(facts, `of cell ${nameOf(cell)}`), [cell]);

type ReadApi = <T>(use: (em: EntityManager) => Promise<T>) => Promise<T>;

/** Reads a cell, and of the API database's mappings only those of the parts that differ. */
async function readCell(em: EntityManager, cell: CellMapping, mapped: Digest, api: ReadApi): Promise<Answer> {
  const facts = await readFacts(em, novaCellSchema);
  const server = await identifyDatabase(em);
  if (!facts.hasLandmarks) return { facts, server, contents: null };
  const hosts = await listReportedHosts(em);
  const suspects: Suspects = { unmapped: none(), lost: none() };
  for (const parts of unequalParts(await digestInstances(em), mapped)) {
    const here = await listInstances(em, parts);
    const there = new Set(await api((from) => listMapped(from, cell.id, parts)));
    const unmapped = [...here].filter(([uuid, lives]) => lives && !there.has(uuid)).map(([uuid]) => uuid);
    suspects.unmapped = joined(suspects.unmapped, unmapped);
    suspects.lost = joined(
      suspects.lost,
      [...there].filter((uuid) => !here.has(uuid)),
    );
  }
  return { facts, server, contents: { hosts, suspects } };
}

/**
 * Reads of the API database on behalf of cells, one after the other: many cells that differ would wait for its few
 * connections. What it refuses is no failure of a cell, and is thrown at the end.
 */
function inTurn(database: Database) {
  let last: Promise<unknown> = Promise.resolve();
  let failure: unknown = null;
  const read: ReadApi = (use) => {
    const answer = last.then(() => database.read(use));
    last = answer.catch((error: unknown) => {
      failure ??= error;
    });
    return answer;
  };
  const assertAnswered = (): void => {
    if (failure !== null) throw failure;
  };
  return { read, assertAnswered };
}
