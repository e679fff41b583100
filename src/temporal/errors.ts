import { RuleError, Transient, Unavailable } from '../rules/errors.ts';

/**
 * What a gRPC status means to keyward. 'passing': the call may be repeated as it is. 'refused': Temporal does not let
 * this client in. 'unusable': it answers, and not as a Temporal with this namespace does. Any other status is about the
 * call itself (no such run) or a bug.
 */
type Kind = 'passing' | 'refused' | 'unusable';

const STATUSES: Record<number, [name: string, kind: Kind | null]> = {
  1: ['CANCELLED', 'passing'],
  2: ['UNKNOWN', 'passing'],
  3: ['INVALID_ARGUMENT', null],
  4: ['DEADLINE_EXCEEDED', 'passing'],
  5: ['NOT_FOUND', null],
  7: ['PERMISSION_DENIED', 'refused'],
  8: ['RESOURCE_EXHAUSTED', 'passing'],
  9: ['FAILED_PRECONDITION', 'unusable'],
  10: ['ABORTED', 'passing'],
  12: ['UNIMPLEMENTED', 'unusable'],
  13: ['INTERNAL', 'passing'],
  14: ['UNAVAILABLE', 'passing'],
  15: ['DATA_LOSS', 'unusable'],
  16: ['UNAUTHENTICATED', 'refused'],
};

const [INVALID_ARGUMENT, NOT_FOUND] = [3, 5];
/**
 * A server that answers so has done nothing of the call: INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED,
 * RESOURCE_EXHAUSTED, FAILED_PRECONDITION, UNIMPLEMENTED, UNAUTHENTICATED.
 */
const BEFORE_DOING = new Set([3, 5, 7, 8, 9, 12, 16]);

const CURES: Record<Kind, string> = {
  passing:
    'Check TEMPORAL_ADDRESS and the other TEMPORAL_* variables, or unset them to use the local server.',
  unusable:
    'Check TEMPORAL_ADDRESS and the other TEMPORAL_* variables, TEMPORAL_NAMESPACE among them, or unset them to use the local server.',
  refused:
    'Check TEMPORAL_ADDRESS and the other TEMPORAL_* variables: whether TEMPORAL_API_KEY or the client certificate is still valid, and allowed to do this.',
};
const BUSY_CURE =
  "Repeat the command when Temporal can take calls again; the server's own log tells why it can't.";
const LOCAL_CURE = 'Is the disk of its home full? See `keyward ps`, and its log temporal.log.';

/** A status that a Temporal server, or what stands before it, has answered a call with. */
type GrpcError = Error & { code: number; details: string; metadata: { getMap(): object } };

/** Unwraps what really happened, which the SDK wraps once or twice. */
export const rootOf = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof Error ? rootOf(error.cause) : error;

/** Knows the error by its shape, since importing the SDK costs a command 0.3 s that it may never need. */
function grpcErrorIn(error: unknown): GrpcError | null {
  const root = rootOf(error) as Partial<GrpcError> | null;
  return typeof root?.code === 'number' && typeof root.details === 'string' ? (root as GrpcError) : null;
}

const kindOf = (error: unknown): Kind | null => {
  const grpc = grpcErrorIn(error);
  if (grpc) return STATUSES[grpc.code]?.[1] ?? null;
  return error instanceof Transient ? 'passing' : null;
};

/** Whether the call may be repeated: Temporal could not be reached, or was not able to take it just then. */
export const isPassing = (error: unknown): boolean => kindOf(error) === 'passing';

/** Whether Temporal does not let this client in, or not for this call. */
export const isRefused = (error: unknown): boolean => kindOf(error) === 'refused';

/** Whether the call was about a run that is not there; an id that none can have (empty, too long) is no other case. */
export function isUnknownRun(error: unknown): boolean {
  if ((rootOf(error) as Error | null)?.name === 'WorkflowNotFoundError') return true;
  const grpc = grpcErrorIn(error);
  return grpc !== null && [INVALID_ARGUMENT, NOT_FOUND].includes(grpc.code) && !isAboutNamespace(grpc);
}

/** Whether a server has answered; else the connection was lost, and what it did with the call is not known. */
export function wasAnswered(error: unknown): boolean {
  const grpc = grpcErrorIn(error);
  return grpc !== null && Object.keys(grpc.metadata?.getMap?.() ?? {}).length > 0;
}

/** Whether a server has refused the call before doing anything of it. */
export const isDefiniteRefusal = (error: unknown): boolean =>
  wasAnswered(error) && BEFORE_DOING.has(grpcErrorIn(error)!.code);

/** Gives the cause in one line: `UNAVAILABLE: the server's words`. */
export function reasonOf(error: unknown): string {
  const grpc = grpcErrorIn(error);
  const words = firstLine(grpc ? grpc.details || grpc.message : (rootOf(error) as Error).message);
  return grpc ? `${statusOf(error)}: ${words}` : words;
}

/** Gives the name of the gRPC status, or of an error without one. */
export function statusOf(error: unknown): string {
  const grpc = grpcErrorIn(error);
  return grpc ? (STATUSES[grpc.code]?.[0] ?? `gRPC status ${grpc.code}`) : (rootOf(error) as Error).name;
}

/** What Temporal is called in an error: keyward's own, or its address (undefined where a profile has it). */
export type TemporalName = { isLocal: true } | { isLocal: false; address: string | undefined };

/** Puts an error of Temporal's that an operator can mend into an operator's words; any other one stays as it is. */
export function explained(error: unknown, temporal: TemporalName): unknown {
  if (error instanceof RuleError) return error;
  const grpc = grpcErrorIn(error);
  const kind = kindOf(error) ?? (isAboutNamespace(grpc ?? rootOf(error)) ? 'unusable' : null);
  return kind ? unusable(kind, error, temporal) : error;
}

/** Says that Temporal can't be used, whatever the error is. */
export function unreachable(error: unknown, temporal: TemporalName): RuleError {
  const told = explained(error, temporal);
  return told instanceof RuleError ? told : unusable('passing', error, temporal);
}

function unusable(kind: Kind, cause: unknown, temporal: TemporalName): Unavailable {
  const name = temporal.isLocal
    ? 'The local Temporal'
    : `Temporal at ${temporal.address ?? "its profile's address"}`;
  const told = new (kind === 'passing' ? Transient : Unavailable)(
    kind === 'refused' ? 'TemporalRefused' : 'TemporalUnreachable',
    `${name} can't be used: ${reasonOf(cause)}.`,
    cureFor(kind, cause, temporal),
  );
  return Object.assign(told, { cause });
}

function cureFor(kind: Kind, cause: unknown, { isLocal }: TemporalName): string {
  if (isLocal) return LOCAL_CURE;
  return kind === 'passing' && wasAnswered(cause) ? BUSY_CURE : CURES[kind];
}

const isAboutNamespace = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'NamespaceNotFoundError' ||
    // The client's errors tell it in their details, the worker's in their message.
    /^Namespace\b/.test((error as Partial<GrpcError>).details || error.message));

const firstLine = (text: string): string =>
  text
    .split('\n')[0]!
    .replace(/ *Resolution note: *$/, '')
    .replace(/\.$/, '');
