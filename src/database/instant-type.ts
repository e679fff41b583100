import { Type } from '@mikro-orm/core';
import { naiveTime } from '../rules/naive-time.ts';

/**
 * A `timestamp without time zone` that holds UTC, as microseconds since the epoch: a JavaScript Date would cut
 * Keystone's microseconds to milliseconds.
 */
export class InstantType extends Type<number | null, string | null> {
  override convertToDatabaseValue(micros: number | null): string | null {
    if (micros === null || micros === undefined) return null;
    return naiveTime(micros).replace('T', ' ');
  }

  override convertToJSValue(text: string | null): number | null {
    if (text === null || text === undefined) return null;
    const [date, fraction = ''] = text.replace(' ', 'T').split('.');
    return Date.parse(`${date}Z`) * 1000 + Number(fraction.padEnd(6, '0'));
  }

  override getColumnType(): string {
    return 'timestamp';
  }

  override compareAsType(): string {
    return 'number';
  }
}
