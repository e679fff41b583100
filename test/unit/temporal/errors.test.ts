import { describe, expect, it } from '@jest/globals';
import {
  explained,
  isDefiniteRefusal,
  isPassing,
  isUnknownRun,
  reasonOf,
  wasAnswered,
} from '../../../src/temporal/errors.ts';
import { RuleError } from '../../../src/rules/errors.ts';

const ELSEWHERE = { isLocal: false, address: 'temporal.example:7233' } as const;
const ANSWERED = { 'content-type': 'application/grpc' };

/** As the SDK throws it: gRPC's own error within one of the SDK's. */
function grpcError(code: number, details: string, metadata: object = ANSWERED): Error {
  const cause = Object.assign(new Error(`${code} ${details}`), {
    code,
    details,
    metadata: { getMap: () => metadata },
  });
  return new Error('Failed to start Workflow', { cause });
}

it.each([
  [8, 'RESOURCE_EXHAUSTED', true, 'TemporalUnreachable', /^Repeat the command when Temporal can take calls/],
  [14, 'UNAVAILABLE', true, 'TemporalUnreachable', /^Repeat the command when Temporal can take calls/],
  [7, 'PERMISSION_DENIED', false, 'TemporalRefused', /TEMPORAL_API_KEY/],
  [16, 'UNAUTHENTICATED', false, 'TemporalRefused', /TEMPORAL_API_KEY/],
  [12, 'UNIMPLEMENTED', false, 'TemporalUnreachable', /TEMPORAL_NAMESPACE/],
  [9, 'FAILED_PRECONDITION', false, 'TemporalUnreachable', /TEMPORAL_NAMESPACE/],
])('status %i, %s, is told with its cure', (code, word, passes, name, cure) => {
  const error = grpcError(code, 'Why.');
  expect(isPassing(error)).toBe(passes);
  const told = explained(error, ELSEWHERE);
  expect(told).toBeInstanceOf(RuleError);
  expect(told).toMatchObject({ name, exitCode: 69, cure: expect.stringMatching(cure), outcome: null });
  expect(told).toMatchObject({ message: `Temporal at temporal.example:7233 can't be used: ${word}: Why.` });
  expect(isPassing(told)).toBe(passes);
  expect(explained(error, { isLocal: true })).toMatchObject({
    cure: expect.stringContaining('temporal.log'),
  });
});

it('a run that is not there and a namespace that is not are two things', () => {
  const [run, namespace] = ['workflow not found for ID: x', 'Namespace x is not found.'].map((details) =>
    grpcError(5, details),
  );
  expect([isUnknownRun(run), isUnknownRun(namespace)]).toEqual([true, false]);
  expect(explained(run, ELSEWHERE)).toBe(run);
  expect(explained(namespace, ELSEWHERE)).toMatchObject({ name: 'TemporalUnreachable', exitCode: 69 });
});

describe('what a call can have done', () => {
  it.each([
    ['an answered refusal', grpcError(7, 'no'), [true, true]],
    ['a server that is too busy', grpcError(8, 'no'), [true, true]],
    ['a server that could not', grpcError(14, 'no'), [true, false]],
    ['a lost connection', grpcError(14, 'Connection dropped', {}), [false, false]],
  ])('%s', (_, error, expected) => {
    expect([wasAnswered(error), isDefiniteRefusal(error)]).toEqual(expected);
  });
});

it('an error that is not of Temporal stays what it is', () => {
  const bug = new TypeError('x is not a function');
  expect(explained(bug, ELSEWHERE)).toBe(bug);
  expect([isPassing(bug), isUnknownRun(bug), reasonOf(bug)]).toEqual([false, false, 'x is not a function']);
});
