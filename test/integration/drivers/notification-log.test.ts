import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LogNotifier } from '../../../src/drivers/notifications/log.ts';
import { notification } from '../../support/notifications/notification.ts';

const run = promisify(execFile);

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-log-'));
  file = path.join(dir, 'notifications.log');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const lines = (name = file): unknown[] =>
  readFileSync(name, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

it('a notification is a line of JSON, as Nova logs it', async () => {
  const sent = notification('1');
  await new LogNotifier(file).publish(sent);
  expect(lines()).toEqual([
    {
      message_id: '1',
      publisher_id: 'nova-compute:host1',
      event_type: 'instance.create.end',
      priority: 'INFO',
      payload: sent.payload,
      timestamp: '2026-11-21 00:33:09.667659',
    },
  ]);
});

it('nobody else may read the file', async () => {
  const umask = process.umask(0);
  try {
    await new LogNotifier(file).publish(notification('1'));
  } finally {
    process.umask(umask);
  }
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('what several processes write at once stays whole', async () => {
  const [writers, count, length] = [3, 60, 20_000];
  const args = (writer: number): string[] => [
    'test/support/notifications/log-writer.ts',
    file,
    ...[writer, count, length].map(String),
  ];
  await Promise.all(Array.from({ length: writers }, (_, writer) => run(process.execPath, args(writer))));
  const ids = lines().map((line) => (line as { message_id: string }).message_id);
  expect(new Set(ids).size).toBe(writers * count);
  expect(ids).toHaveLength(writers * count);
});

it('a file that is moved away is begun anew', async () => {
  const log = new LogNotifier(file);
  await log.publish(notification('1'));
  renameSync(file, `${file}.1`);
  await log.publish(notification('2'));
  expect([...lines(`${file}.1`), ...lines()]).toMatchObject([{ message_id: '1' }, { message_id: '2' }]);
});

describe('a line that can’t be written', () => {
  const transient = expect.objectContaining({
    name: 'NotificationNotLogged',
    message: expect.stringMatching(
      /^The notification instance\.create\.end could not be written to .*: .+\.$/,
    ),
    cure: expect.stringMatching(/^Free space/),
  });

  it('for want of a folder is tried again', async () => {
    const log = new LogNotifier(path.join(dir, 'gone', 'notifications.log'));
    await expect(log.publish(notification('1'))).rejects.toEqual(transient);
  });

  it('on a full disk is tried again', async () => {
    await expect(new LogNotifier('/dev/full').publish(notification('1'))).rejects.toEqual(transient);
  });

  it('as a whole is told, and not continued by the next one', async () => {
    const script = 'ulimit -S -f 2 && exec "$0" test/support/notifications/torn-log.ts "$1"';
    const { stdout } = await run('bash', ['-c', script, process.execPath, file]);
    expect(stdout).toMatch(/only 2048 of \d+ bytes were written/);
    const [torn, whole, ...rest] = readFileSync(file, 'utf8').split('\n');
    expect(torn).toMatch(/^\{"message_id":"torn"/);
    expect(JSON.parse(whole!)).toMatchObject({ message_id: 'whole' });
    expect(rest).toEqual(['']);
  });
});
