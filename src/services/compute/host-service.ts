import type { Cells } from '../../database/cells.ts';
import { listHosts, noteHost, reportsToNova } from '../../database/nova-cell/hosts.ts';
import { type CellMapping, type FromCells, isCell0, nameOf } from '../../rules/compute/cell.ts';
import { chooseHost, type HostInCell } from '../../rules/compute/host.ts';
import { RuleError } from '../../rules/errors.ts';

/** Whose host it is. */
export type Ownership = { isOurs: boolean; isNovas: boolean };

/** The hosts on which keyward itself runs servers: each is a row in its cell, and has a worker with a compute driver. */
export class HostService {
  readonly #cells: Cells;

  constructor(cells: Cells) {
    this.#cells = cells;
  }

  /** Chooses the host for a new server. A cell that gives no answer matters only where none of the others has one. */
  async choose(wanted: string | null): Promise<HostInCell> {
    const { answers, failures } = await this.#cells.each((em) => listHosts(em), {
      among: await this.#inUse(),
    });
    const hosts = hostsIn(answers);
    const isFound = wanted === null ? hosts.length > 0 : hosts.some(({ host }) => host === wanted);
    if (!isFound && failures.length > 0) throw failures[0]!.error.leaving('unchanged');
    return chooseHost(hosts, wanted);
  }

  /** Gives a host that may have no worker yet, as the one on which keyward runs alone, with its cell. */
  async own(host: string): Promise<Pick<HostInCell, 'host' | 'cell'>> {
    return { host, cell: (await this.#cellFor(host, null)).uuid };
  }

  /** Tells whose host it is, by the cell that a server there is in, or by any cell for one that is in cell0. */
  async ownership(cell: CellMapping, host: string): Promise<Ownership> {
    const among = isCell0(cell) ? await this.#inUse() : [cell];
    const { answers, failures } = await this.#cells.each(
      async (em) => ({
        isOurs: (await listHosts(em)).some((each) => each.host === host),
        isNovas: await reportsToNova(em, host),
      }),
      { among },
    );
    if (failures.length > 0) throw failures[0]!.error.leaving('unchanged');
    return {
      isOurs: answers.some(({ value }) => value.isOurs),
      isNovas: answers.some(({ value }) => value.isNovas),
    };
  }

  /**
   * Makes the host keyward's, in the cell that is named, or in the only one there is. Refused where a nova-compute
   * reports under its name.
   */
  async register(host: string, driver: string, cellName: string | null): Promise<CellMapping> {
    const cell = await this.#cellFor(host, cellName);
    await this.#cells.database(cell).transact(null, async (em) => {
      if (await reportsToNova(em, host)) throw isNovas(host, cell);
      await noteHost(em, host, driver);
    });
    return cell;
  }

  /** A host stays in its cell: it may be in one that gives no answer, so that only all of them can tell where it is not. */
  async #cellFor(host: string, cellName: string | null): Promise<CellMapping> {
    const cells = await this.#inUse();
    const wanted = cellName === null ? null : await this.#cells.find(cellName);
    const { answers, failures } = await this.#cells.each((em) => listHosts(em), { among: cells });
    const known = hostsIn(answers).find((each) => each.host === host);
    if (!known && failures.length > 0) throw failures[0]!.error.leaving('unchanged');
    const its = known ? cells.find(({ uuid }) => uuid === known.cell)! : null;
    if (its && wanted && its.uuid !== wanted.uuid) throw isElsewhere(host, its);
    const chosen = its ?? wanted ?? (cells.length === 1 ? cells[0]! : null);
    if (chosen) return chosen;
    throw unknownCell(host, cells);
  }

  async #inUse(): Promise<CellMapping[]> {
    return (await this.#cells.list()).filter((cell) => !isCell0(cell) && !cell.isDisabled);
  }
}

const hostsIn = (answers: FromCells<HostRow[]>['answers']): HostInCell[] =>
  answers.flatMap(({ cell, value }) => value.map((host) => ({ ...host, cell: cell.uuid })));

type HostRow = Awaited<ReturnType<typeof listHosts>>[number];

const isElsewhere = (host: string, cell: CellMapping): RuleError =>
  new RuleError('HostElsewhere', `The host ${host} is one of the cell ${nameOf(cell)}.`, {
    cure: `Leave --cell out, or name that one.`,
    outcome: 'unchanged',
  });

const unknownCell = (host: string, cells: CellMapping[]): RuleError =>
  new RuleError('CellForHost', `It is not said in which cell the host ${host} is.`, {
    cure:
      cells.length === 0
        ? 'Run `keyward db sync compute`, or map a cell with `keyward cell create`.'
        : `Name one with --cell: ${cells.map(nameOf).join(', ')}.`,
    outcome: 'unchanged',
  });

const isNovas = (host: string, cell: CellMapping): RuleError =>
  new RuleError('HostIsNovas', `In the cell ${nameOf(cell)} a nova-compute reports as ${host}.`, {
    cure: "Remove its service first (`openstack compute service delete`), or run keyward's worker on another host: two would change the same servers.",
    outcome: 'unchanged',
  });
