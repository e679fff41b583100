import { naiveTime } from '../naive-time.ts';

/** An object as oslo.versionedobjects writes it to JSON: Nova keeps such texts in columns, and sends them. */
export type NovaObject<Data extends object = Record<string, unknown>> = {
  'nova_object.name': string;
  'nova_object.namespace': 'nova';
  'nova_object.version': string;
  'nova_object.data': Data;
  'nova_object.changes'?: string[];
};

/** Wraps data as Nova's object of that name and version. */
export const novaObject = <Data extends object>(
  name: string,
  version: string,
  data: Data,
): NovaObject<Data> => ({
  'nova_object.name': name,
  'nova_object.namespace': 'nova',
  'nova_object.version': version,
  'nova_object.data': data,
});

/** Writes an instant (microseconds since the epoch) as Nova's objects do: ISO 8601 in UTC, in whole seconds. */
export const novaTime = (micros: number | null): string | null =>
  micros === null ? null : `${naiveTime(micros).slice(0, 19)}Z`;
