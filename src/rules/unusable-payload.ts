import { Unavailable } from './errors.ts';

/**
 * Says why a payload that Temporal keeps is not used: it was encrypted with another key or not at all, or by a keyward
 * that did not yet bind it to its run, or for another run or step (or it was altered).
 */
export type Unusable = 'PayloadKeyMismatch' | 'PayloadUnbound' | 'PayloadForged';

const WORDS: Record<Unusable, { message: string; cure: string }> = {
  PayloadKeyMismatch: {
    message: 'This payload was not encrypted with the payload key of this host.',
    cure: 'Give every host the same key file: KEYWARD_PAYLOAD_KEY_FILE (default: payload.key in KEYWARD_HOME).',
  },
  PayloadUnbound: {
    message: 'This run was started by an older keyward, which did not bind it to what was asked.',
    cure: 'Run the command again.',
  },
  PayloadForged: {
    message: 'This payload was made for another run or step, or it was altered.',
    cure: 'Look who may write to the Temporal server, then run the command again.',
  },
};

export const unusable = (why: Unusable): Unavailable =>
  new Unavailable(why, WORDS[why].message, WORDS[why].cure);

/** Writes the reason that a worker gives when it ends a run because it can't use a payload of it. */
export const reasonFor = (why: Unusable): string => `${why}: ${WORDS[why].message}`;

/** Reads such a reason; null for any other one. */
export function unusableIn(reason: string): Unavailable | null {
  const why = (Object.keys(WORDS) as Unusable[]).find((each) => reason === reasonFor(each));
  return why ? unusable(why) : null;
}
