/** Counts the characters that must be added, left out, replaced or swapped to make one word the other. */
export function distance(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let at = 1; at <= other.length; at += 1) {
      const isSame = one[row - 1] === other[at - 1];
      const isSwap = row > 1 && at > 1 && one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1];
      current[at] = Math.min(
        last[at]! + 1,
        current[at - 1]! + 1,
        last[at - 1]! + (isSame ? 0 : 1),
        isSwap ? beforeLast[at - 2]! + 1 : Infinity,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last[other.length]!;
}

/**
 * Tells how far a word is from one that may be meant; Infinity says that it can't be. A word that is cut off is near, and
 * so is one that lacks its first parts, as `password-file` does for `bootstrap-password-file`.
 */
export function mistake(typed: string, meant: string): number {
  const [one, other] = [typed.toLowerCase(), meant.toLowerCase()];
  if (one === other) return 0;
  if (one.length > 1 && (other.startsWith(one) || other.endsWith(`-${one}`))) return 0.5;
  const found = distance(one, other);
  return found <= Math.ceil(other.length / 3) ? found : Infinity;
}

/** Picks the candidates with the least finite score; none if more than three are equally near, which helps nobody. */
export function closest<T extends { score: number }>(candidates: T[]): T[] {
  const least = Math.min(...candidates.map(({ score }) => score));
  const found = candidates.filter(({ score }) => score === least && least < Infinity);
  return found.length > 3 ? [] : found;
}

/** Picks the names that a misspelt one may have been meant to be. */
export const closestNames = (typed: string, names: string[]): string[] =>
  closest(names.map((name) => ({ name, score: mistake(typed, name) }))).map(({ name }) => name);

/** Asks `Did you mean a or b? `, or says nothing. */
export const didYouMean = (candidates: string[]): string =>
  candidates.length > 0 ? `Did you mean ${candidates.join(' or ')}? ` : '';
