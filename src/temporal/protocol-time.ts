/** Temporal's protocol has instants (since 1970) and durations in this one shape. */
type Time = { seconds?: unknown; nanos?: number | null };

export const millisecondsOf = ({ seconds, nanos }: Time): number =>
  Number(seconds ?? 0) * 1000 + (nanos ?? 0) / 1e6;
