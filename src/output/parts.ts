import type { Row } from './formats.ts';

type Part = {
  part: string;
  state: string;
  pid: number | null;
  version: string | null;
  address: string | null;
  since: string | null;
};

/** The parts of the engine as rows of `up` and `ps`. */
export const partRows = (parts: Part[]): Row[] =>
  parts.map(({ part, state, pid, version, address, since }) => ({
    Part: part,
    State: state,
    PID: pid,
    Version: version,
    Address: address,
    Since: since,
  }));
