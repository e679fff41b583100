import type { Part } from '../../rules/part.ts';
import { type FormatOptions, printList } from './formats.ts';

/** Whether it runs where other accounts of the host get in: a port, not a socket in a private folder. */
export const isOpen = ({ state, address }: Part): boolean =>
  state === 'running' && address !== null && address.startsWith('127.0.0.1:');

export const PART_COLUMNS = ['Part', 'State', 'PID', 'Version', 'Address', 'Since'];

export const printParts = (parts: Part[], options: FormatOptions): Promise<void> =>
  printList(
    parts.map(({ part, state, pid, version, address, since }) => ({
      Part: part,
      State: state === 'suspended' ? 'stopped by a signal' : state,
      PID: pid,
      Version: version,
      Address: address,
      Since: since,
    })),
    PART_COLUMNS,
    options,
  );
