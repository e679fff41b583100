import { Assignment, SystemAssignment } from './assignment.entity.ts';
import { Endpoint, Region, Service } from './catalog.entity.ts';
import { Project } from './project.entity.ts';
import { ProjectTag } from './project-tag.entity.ts';
import { ImpliedRole, Role, RoleOption } from './role.entity.ts';
import { LocalUser, User } from './user.entity.ts';
import { AuditEntry } from '../keyward/audit-entry.entity.ts';
import { shippedSet } from '../migrations.ts';
import type { Schema } from '../schema.ts';

/** Keystone's database; the revisions are those of `keystone/common/sql/migrations`. */
export const keystoneSchema: Schema = {
  name: 'identity',
  sync: 'keyward db sync',
  audit: 'keyward audit list',
  service: 'Keystone',
  release: '30.0.0',
  setting: 'KEYWARD_KEYSTONE_DATABASE_URL or `[database] connection`',
  landmarks: ['project', 'role', 'local_user'],
  heads: {
    expand: { revision: '742c857f1dfb', command: 'keystone-manage db_sync' },
    contract: { revision: 'c88cdce8f248', command: 'keystone-manage db_sync --contract' },
  },
  olderHeads: ['47147121', '11c3b243b4cb', '29e87d24a316', 'e25ffa003242'],
  // Databases record the names of these sets: they can't be changed.
  migrations: { upstream: shippedSet('keystone'), keyward: shippedSet('keyward') },
  entities: [
    Assignment,
    AuditEntry,
    Endpoint,
    ImpliedRole,
    LocalUser,
    Project,
    ProjectTag,
    Region,
    Role,
    RoleOption,
    Service,
    SystemAssignment,
    User,
  ],
};
