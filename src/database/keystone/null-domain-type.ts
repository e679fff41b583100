import { Type } from '@mikro-orm/core';

const NULL_DOMAIN = '<<null>>';

/** Keystone stores "no domain" as a sentinel, because NULL cannot take part in unique(name, domain_id). */
export class NullDomainType extends Type<string | null, string> {
  override convertToDatabaseValue(value: string | null): string {
    return value ?? NULL_DOMAIN;
  }

  override convertToJSValue(value: string): string | null {
    return value === NULL_DOMAIN ? null : value;
  }

  override getColumnType(): string {
    return 'varchar(64)';
  }
}
