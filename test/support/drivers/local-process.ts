import { LocalDriver } from '../../../src/drivers/compute/local.ts';
import type { Server } from '../../../src/rules/compute/server.ts';
import type { RuleError } from '../../../src/rules/errors.ts';
import { type Break, breakAtCall, type Counted } from './break-at-call.ts';

/** What the process is to do; it prints an Ended as JSON. */
export type Task = {
  home: string;
  image: string;
  searchPath: string;
  act: { spawn: Server } | { destroy: string };
  broken: Break;
};
/** Its calls of the file system, and the error that it ended with. */
export type Ended = Counted & { error: { name: string; message: string; cure: string } | null };

const task = JSON.parse(process.argv[2]!) as Task;
// Private files are private whatever the account's mask is.
process.umask(0);
const counted = await breakAtCall(task.broken);
const driver = new LocalDriver({ ...task, images: { dataPath: async () => task.image } });
const { act } = task;
const error = await ('spawn' in act ? driver.spawn(act.spawn) : driver.destroy(act.destroy)).then(
  () => null,
  ({ name, message, cure }: RuleError) => ({ name, message, cure }),
);
process.stdout.write(JSON.stringify({ ...counted, error } satisfies Ended));
