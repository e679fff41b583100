import { Assignment, SystemAssignment } from './assignment.entity.ts';
import { Endpoint, Region, Service } from './catalog.entity.ts';
import { Project } from './project.entity.ts';
import { ProjectOption, ProjectTag } from './project-option.entity.ts';
import { RevocationEvent } from './revocation-event.entity.ts';
import { ImpliedRole, Role, RoleOption } from './role.entity.ts';
import { LocalUser, Password, User, UserOption } from './user.entity.ts';
import { AuditEntry } from '../keyward/audit-entry.entity.ts';
import { KeywardUserOption } from '../keyward/user-option.entity.ts';

/** What keyward reads and writes; a table without an entity here is not touched through MikroORM. */
export const entities = [
  Assignment,
  AuditEntry,
  Endpoint,
  ImpliedRole,
  KeywardUserOption,
  LocalUser,
  Password,
  Project,
  ProjectOption,
  ProjectTag,
  Region,
  RevocationEvent,
  Role,
  RoleOption,
  Service,
  SystemAssignment,
  User,
  UserOption,
];
