import type { EntityManager } from '@mikro-orm/postgresql';
import type { Cells } from '../../database/cells.ts';
import type { Database } from '../../database/database.ts';
import { listHostMappings } from '../../database/nova-api/host-mappings.ts';
import { type Cellless, digestMapped, listCellless } from '../../database/nova-api/instance-mappings.ts';
import { novaApiSchema } from '../../database/nova-api/schema.ts';
import { digestInstances } from '../../database/nova-cell/instances.ts';
import { listReportedHosts } from '../../database/nova-cell/reported-hosts.ts';
import { novaCellSchema } from '../../database/nova-cell/schema.ts';
import { identifyDatabase } from '../../database/same-database.ts';
import { readFacts } from '../../database/schema-facts.ts';
import { type CellMapping, nameOf } from '../../rules/compute/cell.ts';
import {
  type Finding,
  type HostMappings,
  judgeHosts,
  missingCell0,
  sharedDatabases,
} from '../../rules/compute/cell-findings.ts';
import type { Digest } from '../../rules/compute/instance-places.ts';
import type { RuleError } from '../../rules/errors.ts';
import type { SchemaFacts } from '../../rules/schema-revision.ts';
import { whyUnlike } from './cell-service.ts';
import { Deadline, type Stopwatch } from './deadline.ts';
import { InstanceComparison, MOST_CELLLESS } from './instance-comparison.ts';

/** What was found; `unasked` are the cells that gave no answer, of which the rest of the findings says nothing. */
export type Verification = { findings: Finding[]; asked: CellMapping[]; unasked: CellMapping[] };

/** Of all the time so much is for the sums; then only what differs is asked of those cells that have answered. */
const SUMS_SHARE = 3 / 4;

type Mapped = {
  facts: SchemaFacts;
  hosts: HostMappings;
  instances: Map<number, Digest>;
  cellless: Cellless[];
};
/** What a cell told; null: what is in the database is no cell of Nova. */
type Contents = { hosts: string[]; instances: Digest } | null;
type Answer = { facts: SchemaFacts; server: string; contents: Contents };

/** Compares the API database's mappings with what is in the cells. It changes nothing. */
export class CellVerifier {
  readonly #database: Database;
  readonly #cells: Cells;
  readonly #now: Stopwatch;

  constructor(database: Database, cells: Cells, now: Stopwatch) {
    this.#database = database;
    this.#cells = cells;
    this.#now = now;
  }

  async verify(deadlineMs: number): Promise<Verification> {
    const deadline = new Deadline(deadlineMs, this.#now);
    const cells = await this.#cells.list();
    const mapped = await this.#database.snapshot(readMapped);
    const { answers, failures } = await this.#cells.each(readCell, {
      deadlineMs: deadline.share(SUMS_SHARE),
      among: cells,
    });
    const shared = sharedDatabases(answers.map(({ cell, value }) => ({ cell, server: value.server })));
    const sharing = new Set(shared.flatMap((finding) => finding.cells));
    const own = answers.flatMap(({ cell, value: { contents } }) =>
      contents && !sharing.has(cell) ? [{ cell, ...contents }] : [],
    );
    const digests = own.map(({ cell, instances: here }) => ({
      cell,
      here,
      there: mapped.instances.get(cell.id) ?? new Map(),
    }));
    const from = { database: this.#database, cells: this.#cells, all: cells, deadline };
    const instances = await new InstanceComparison(from, digests).run(mapped.cellless);
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
}

async function readMapped(em: EntityManager): Promise<Mapped> {
  return {
    facts: await readFacts(em, novaApiSchema),
    hosts: await listHostMappings(em),
    instances: await digestMapped(em),
    cellless: await listCellless(em, { limit: MOST_CELLLESS }),
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

async function readCell(em: EntityManager): Promise<Answer> {
  const facts = await readFacts(em, novaCellSchema);
  const server = await identifyDatabase(em);
  if (!facts.hasLandmarks) return { facts, server, contents: null };
  const contents = { hosts: await listReportedHosts(em), instances: await digestInstances(em) };
  return { facts, server, contents };
}
