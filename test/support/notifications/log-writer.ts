import { LogNotifier } from '../../../src/drivers/notifications/log.ts';
import { notification } from './notification.ts';

/** Logs so many notifications of a length each, several at a time. Arguments: file, writer's name, number, length. */
const [file, writer, count, length] = process.argv.slice(2);
const log = new LogNotifier(file!);
const all = Array.from({ length: Number(count) }, (_, at) =>
  notification(`${writer}-${at}`, {}, Number(length)),
);
await Promise.all(all.map((each) => log.publish(each)));
