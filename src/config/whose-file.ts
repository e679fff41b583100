import { UsageError } from '../rules/errors.ts';
import type { Sections } from './oslo-ini.ts';
import type { Serves } from './service-database.ts';

type Owner = 'Keystone' | 'Nova';

/**
 * Sections that one of the two reads and the other does not (`keystone/conf/`, `nova/conf/`). Those with options of a
 * library that both use are missing, and so are those that other programs have put into either's files.
 */
export const SECTIONS: Record<Owner, string[]> = {
  Keystone: [
    ['application_credential', 'assignment', 'auth', 'catalog', 'credential', 'domain_config'],
    ['endpoint_filter', 'endpoint_policy', 'federation', 'fernet_receipts', 'fernet_tokens', 'identity'],
    ['identity_mapping', 'jwt_tokens', 'ldap', 'oauth1', 'oauth2', 'receipt', 'resource', 'revoke', 'role'],
    ['saml', 'security_compliance', 'shadow_users', 'token', 'tokenless_auth', 'totp', 'trust'],
    ['unified_limit'],
  ].flat(),
  Nova: [
    ['api_database', 'cinder', 'compute', 'conductor', 'console', 'consoleauth', 'cyborg', 'devices'],
    ['filter_scheduler', 'glance', 'guestfs', 'image_cache', 'ironic', 'keystone_authtoken', 'libvirt'],
    ['metrics', 'mks', 'neutron', 'pci', 'placement', 'quota', 'scheduler', 'serial_console'],
    ['service_user', 'spice', 'upgrade_levels', 'vendordata_dynamic_auth', 'vmware', 'vnc', 'workarounds'],
  ].flat(),
};

/** By `auth_section` a nova.conf may keep credentials in a section of any name, one of Keystone's included. */
const CREDENTIALS = ['auth_section', 'auth_type', 'auth_plugin', 'auth_url', 'username', 'user_id'];

type FlagsOfEach = Record<Owner, [file: string, dir: string]>;
/** The flags that name each one's files, where a command has flags of both. */
const FLAGS: FlagsOfEach = {
  Keystone: ['--config-file', '--config-dir'],
  Nova: ['--nova-config-file', '--nova-config-dir'],
};
const BESIDE: FlagsOfEach = {
  Keystone: ['--keystone-config-file', '--keystone-config-dir'],
  Nova: ['--config-file', '--config-dir'],
};

/**
 * Refuses a nova.conf where a keystone.conf belongs, and the other way round: `[database] connection` is in both, and
 * means another database. A file is refused if it has sections of the other's and none of the owner's, so one that has
 * neither, or both, passes.
 */
export function assertFilesOf(
  owner: Owner,
  files: readonly { file: string; sections: Sections }[],
  serves: Serves,
): void {
  const other = owner === 'Nova' ? 'Keystone' : 'Nova';
  const flags = serves === 'beside' ? BESIDE : FLAGS;
  for (const { file, sections } of files) {
    const strange = ofOwner(other, sections);
    if (strange.length === 0 || ofOwner(owner, sections).length > 0) continue;
    const shown = strange.slice(0, 3).map((name) => `[${name}]`);
    throw new UsageError(
      `${file} is no ${owner.toLowerCase()}.conf: it has ${shown.join(', ')}, which ${other} reads and ${owner} does not.`,
      serves !== 'one'
        ? `Name it with ${flags[other][0]} (or its folder with ${flags[other][1]}), and ${owner}'s own file with ${flags[owner][0]}.`
        : `This command works on ${owner}: name ${owner}'s own file with --config-file (or its folder with --config-dir).`,
    );
  }
}

const ofOwner = (owner: Owner, sections: Sections): string[] =>
  SECTIONS[owner].filter((name) => {
    const keys = sections.get(name);
    return keys && !(owner === 'Keystone' && CREDENTIALS.some((key) => keys.has(key)));
  });
