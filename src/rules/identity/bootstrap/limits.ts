import type { BootstrapRequest } from './request.ts';
import { defaultRoles } from '../default-roles.ts';
import { assertPassword } from '../password.ts';
import { UsageError } from '../../errors.ts';

/** Column widths of Keystone 30's tables. */
const LIMITS = { username: 255, projectName: 64, roleName: 255, serviceName: 255, regionId: 255 } as const;
const FLAGS = {
  username: '--bootstrap-username',
  projectName: '--bootstrap-project-name',
  roleName: '--bootstrap-role-name',
  serviceName: '--bootstrap-service-name',
  regionId: '--bootstrap-region-id',
  publicUrl: '--bootstrap-public-url',
  internalUrl: '--bootstrap-internal-url',
  adminUrl: '--bootstrap-admin-url',
} as const;

/** Refuses what Keystone could not store or would read otherwise than it was meant. */
export function assertWithinLimits(request: Omit<BootstrapRequest, 'target'>): void {
  for (const key of ['username', 'projectName', 'roleName', 'serviceName', 'regionId'] as const) {
    if (request[key] !== null) assertName(FLAGS[key], request[key], LIMITS[key]);
  }
  for (const key of ['publicUrl', 'internalUrl', 'adminUrl'] as const) {
    if (request[key] !== null) assertUrl(FLAGS[key], request[key]);
  }
  if (defaultRoles('').includes(request.roleName)) {
    throw new UsageError(
      `${FLAGS.roleName} can't be '${request.roleName}', a role that it must imply or stand beside.`,
      'Choose another name.',
    );
  }
  if (request.password !== null) assertPassword(request.password);
}

function assertName(flag: string, name: string, limit: number): void {
  const { length } = [...name];
  if (name.trim() === '')
    throw new UsageError(`${flag} is empty.`, 'Give a name, or leave the flag out for its default.');
  if (name.includes('\0')) throw new UsageError(`${flag} holds a NUL character.`, 'Give a name without.');
  if (length > limit)
    throw new UsageError(
      `${flag} has ${length} characters; Keystone stores at most ${limit}.`,
      'Shorten it.',
    );
}

function assertUrl(flag: string, url: string): void {
  if (/^https?:\/\/[^\s/?#]+\S*$/i.test(url)) return;
  throw new UsageError(
    `${flag} '${url}' is no http or https URL.`,
    'Write it as https://keystone.example:5000/v3.',
  );
}
