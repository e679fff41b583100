/** What stands in for texts that are one server's own, so that two servers can be compared. The first that fits is taken. */
const OWN: [RegExp, string][] = [
  [/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d+$/, '<time with microseconds>'],
  [/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ$/, '<time>'],
  // Nova's objects leave out microseconds where there are none.
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$/, '<time of a row>'],
  [/^req-[0-9a-f-]{36}$/, '<request>'],
  [/^r-[0-9a-z]{8}$/, '<reservation>'],
  [/^instance-[0-9a-f]{8}$/, '<name for the hypervisor>'],
  [/^[0-9a-f]{56}$/, '<host id>'],
];

/** Words by the texts that they stand for: ids wherever they occur, and hosts where one is the whole text. */
export type Names = { ids: Record<string, string>; hosts: string[] };

/**
 * Gives a copy of what was answered of a server, in which words stand for what is the server's own: times, ids, hosts,
 * requests.
 */
export function comparable(answer: unknown, names: Names): any {
  if (Array.isArray(answer)) return inOrder(answer.map((one) => comparable(one, names)));
  if (typeof answer === 'string') return withoutOwn(answer, names);
  if (typeof answer !== 'object' || answer === null) return answer;
  return Object.fromEntries(Object.entries(answer).map(([key, value]) => [key, comparable(value, names)]));
}

function withoutOwn(text: string, { ids, hosts }: Names): string {
  if (hosts.includes(text)) return '<host>';
  const own = OWN.find(([pattern]) => pattern.test(text));
  if (own) return own[1];
  return Object.entries(ids).reduce((left, [id, word]) => left.replaceAll(id, word), text);
}

/** Sorts texts: tags, and the changed fields of Nova's objects, come in no order. */
const inOrder = (list: unknown[]): unknown[] =>
  list.every((one) => typeof one === 'string') ? list.toSorted() : list;

/** Every value in it by its path, such as `instances.0.uuid`; what is empty is one too. */
export function valuesOf(answer: unknown, path = ''): Record<string, unknown> {
  const entries = typeof answer === 'object' && answer !== null ? Object.entries(answer) : [];
  if (entries.length === 0) return { [path]: answer };
  const within = ([key, value]: [string, unknown]) => valuesOf(value, path === '' ? key : `${path}.${key}`);
  return Object.assign({}, ...entries.map(within)) as Record<string, unknown>;
}

/** The paths at which two of them differ, with both values. */
export function differences(one: unknown, other: unknown): Record<string, [unknown, unknown]> {
  const [ours, theirs] = [valuesOf(one), valuesOf(other)];
  const paths = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  return Object.fromEntries(
    paths
      .filter((path) => JSON.stringify(ours[path]) !== JSON.stringify(theirs[path]))
      .map((path) => [path, [ours[path], theirs[path]]]),
  );
}
