import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { readServiceAccess } from '../../../src/config/service-credentials.ts';
import { openServiceApis } from '../../../src/drivers/service-apis.ts';
import type { AskedService, ServiceApis } from '../../../src/rules/compute/service-apis.ts';
import type { RuleError } from '../../../src/rules/errors.ts';
import { confText, type Section, type Sections } from '../conf-file.ts';
import { PASSWORD } from './played-cloud.ts';

/** For tests whose servers never answer. */
export const SOON_MS = 700;

/** What an installation guide says to write for a service, where Keystone is below the URL. */
export const guide = (url: string): Section => ({
  auth_type: 'password',
  auth_url: `${url}/identity`,
  username: 'nova',
  password: PASSWORD,
  user_domain_name: 'Default',
  project_name: 'service',
  project_domain_name: 'Default',
});

/** Puts a server's URL where a table of tests has `URL`, since its port is known only when it runs. */
export const at = (url: string, section: Section): Section =>
  Object.fromEntries(
    Object.entries(section).map(([key, value]) => [key, String(value).replace(/^URL/, url)]),
  );

/** Calls `use` with the path of a `nova.conf` that has these sections, and removes it. */
export async function withConf<T>(sections: Sections, use: (file: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(path.join(tmpdir(), 'keyward-nova-'));
  const file = path.join(dir, 'nova.conf');
  writeFileSync(file, confText(sections));
  return use(file).finally(() => rmSync(dir, { recursive: true }));
}

/** Asks as a worker does that has this `nova.conf`. */
export const apisOf = (
  file: string,
  { env = {}, deadlineMs }: { env?: NodeJS.ProcessEnv; deadlineMs?: number | undefined } = {},
): ServiceApis =>
  openServiceApis(readServiceAccess({ configFiles: [file], configDirs: [] }, env), deadlineMs);

/** Asks for a version as a check does, with this `nova.conf`. */
export const askVersion = (
  service: AskedService,
  sections: Sections,
  options?: Parameters<typeof apisOf>[1],
): Promise<string> => withConf(sections, async (file) => apisOf(file, options).newestVersion(service));

/** Gives why a version is not told. Neither text may hold a secret. */
export async function refusalOf(asked: Promise<string>): Promise<RuleError & { problem?: string }> {
  const error = await asked.then(
    (version) => new Error(`the version is ${version}`),
    (failed: unknown) => failed as RuleError,
  );
  const { name, message, cure } = error as RuleError;
  expect([name, message]).toEqual([expect.stringMatching(/^(ApiError|UsageError)$/), expect.any(String)]);
  expect(`${message} ${cure}`).not.toContain('canary');
  expect(cure).toBeTruthy();
  return error as RuleError;
}
