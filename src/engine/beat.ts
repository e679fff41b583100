import type { Announce } from '../rules/announce.ts';
import { RuleError } from '../rules/errors.ts';

/** Something that a worker does again and again. `close` lets what is under way end. */
export type Beat = { close(): Promise<void> };

/**
 * Does the work now, and again so many milliseconds after it has ended. What hinders it is told when it begins, and not
 * again as long as it stays the same.
 */
export function startBeat(ms: number, work: () => Promise<void>, announce: Announce): Beat {
  let isOver = false;
  let told = '';
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void>;
  const tell = (error: unknown): void => {
    const text = error instanceof RuleError ? `${error.message} ${error.cure}` : String(error);
    if (text !== told) announce(text);
    told = text;
  };
  const once = async (): Promise<void> => {
    await work().then(() => (told = ''), tell);
    if (!isOver) timer = setTimeout(begin, ms).unref();
  };
  const begin = (): void => {
    underWay = once();
  };
  begin();
  return {
    close: async () => {
      isOver = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}
