import type { BootstrapChange } from './plan.ts';
import type { ReportedChange } from './request.ts';

/** A change in the operator's words: for the report and the audit alike. It never holds a secret. */
export function reportChange(change: BootstrapChange, id: string | null): ReportedChange {
  const [action, resource, name] = words(change);
  return { action, resource, name, id };
}

function words(change: BootstrapChange): [action: string, resource: string, name: string] {
  switch (change.kind) {
    case 'create-domain':
      return ['create', 'domain', 'Default'];
    case 'create-project':
      return ['create', 'project', change.name];
    case 'create-user':
      return ['create', 'user', change.name];
    case 'enable-user':
      return ['enable', 'user', change.name];
    case 'reset-password':
      return ['reset password', 'user', change.name];
    case 'create-role':
      return [change.immutable ? 'create immutable' : 'create', 'role', change.name];
    case 'make-role-immutable':
      return ['make immutable', 'role', change.name];
    case 'create-implied-role':
      return ['create', 'implied role', `${change.prior} implies ${change.implied}`];
    case 'delete-implied-role':
      return ['delete', 'implied role', `${change.prior} implies ${change.implied}`];
    case 'grant-on-project':
    case 'grant-on-system':
      return ['grant', 'role', `${change.role} on ${change.on} to user ${change.user}`];
    case 'create-region':
      return ['create', 'region', change.id];
    case 'create-service':
      return ['create', 'service', change.name];
    case 'create-endpoint':
      return ['create', 'endpoint', `${change.interface} ${change.url}`];
    case 'update-endpoint':
      return ['update', 'endpoint', `${change.interface} ${change.url} (was ${change.from})`];
  }
}
