import type { Part } from '../../rules/part.ts';
import { ListOutput } from './outputs.ts';

/** Whether it runs where other accounts of the host get in: a port, not a socket in a private folder. */
export const isOpen = ({ state, address }: Part): boolean =>
  state === 'running' && address !== null && address.startsWith('127.0.0.1:');

/** `State` is 'running', 'stopped by a signal' or 'stopped'. */
export type PartRow = {
  Part: string;
  State: string;
  PID: number | null;
  Version: string | null;
  Address: string | null;
  Since: string | null;
};

export const partsOutput = new ListOutput<Part, PartRow>({
  Part: ({ part }) => part,
  State: ({ state }) => (state === 'suspended' ? 'stopped by a signal' : state),
  PID: ({ pid }) => pid,
  Version: ({ version }) => version,
  Address: ({ address }) => address,
  Since: ({ since }) => since,
});
