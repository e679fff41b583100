import { Type } from '@mikro-orm/core';

/**
 * `instances.config_drive`, a text that Nova writes as `True` or leaves empty. Any text but the empty one asks for a
 * config drive. NOTE: nova/virt/configdrive.py, required_by.
 */
export class ConfigDriveType extends Type<boolean | null, string | null> {
  override convertToDatabaseValue(isWanted: boolean | null): string | null {
    return isWanted === null || isWanted === undefined ? null : isWanted ? 'True' : '';
  }

  override convertToJSValue(text: string | null): boolean | null {
    return text === null || text === undefined ? null : text !== '';
  }

  override getColumnType(): string {
    return 'varchar(255)';
  }
}
