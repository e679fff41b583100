/** How text is measured, and cut into the smallest parts that may stand on different lines. */
export type Ruler = { measure: (text: string) => number; split: (text: string) => string[] };
/** Counts the columns that a text takes on a terminal. */
export type Measure = Ruler['measure'];

/** Measures by code points, as Python's `textwrap` does. */
export const codePoints: Ruler = { measure: (text) => [...text].length, split: (text) => [...text] };

const isPlain = (text: string): boolean => /^[\n -~]*$/.test(text);

/** Returns what measures these texts. string-width takes 30 ms to load, which printable ASCII does not need. */
export async function measureFor(texts: string[]): Promise<Measure> {
  if (texts.every(isPlain)) return (text) => text.length;
  return (await import('string-width')).default;
}

/** The same, for texts that may be broken over lines, though never inside what a reader sees as one character. */
export async function rulerFor(texts: string[]): Promise<Ruler> {
  if (texts.every(isPlain)) return codePoints;
  const segmenter = new Intl.Segmenter();
  const split = (text: string): string[] => Array.from(segmenter.segment(text), ({ segment }) => segment);
  return { measure: await measureFor(texts), split };
}
