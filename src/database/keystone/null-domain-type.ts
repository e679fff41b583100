import { Type } from '@mikro-orm/core';
import { NO_DOMAIN } from '../../rules/identity/stored-domain.ts';

/** A column in which Keystone stores a text in place of "no domain". */
export class NullDomainType extends Type<string | null, string> {
  override convertToDatabaseValue(value: string | null): string {
    return value ?? NO_DOMAIN;
  }

  override convertToJSValue(value: string): string | null {
    return value === NO_DOMAIN ? null : value;
  }

  override getColumnType(): string {
    return 'varchar(64)';
  }
}
