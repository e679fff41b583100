import { execFileSync } from 'node:child_process';
import { LogNotifier } from '../../../src/drivers/notifications/log.ts';
import { notification } from './notification.ts';

/** Logs one notification that the process's limit of file sizes cuts off, lifts the limit, and logs another. */
const log = new LogNotifier(process.argv[2]!);
const failure = await log.publish(notification('torn', {}, 5000)).catch((error: Error) => error.message);
execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited:']);
await log.publish(notification('whole'));
process.stdout.write(String(failure));
