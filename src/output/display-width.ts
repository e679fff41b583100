/** Counts the columns that a text takes on a terminal. */
export type Measure = (text: string) => number;

const isPlain = (text: string): boolean => /^[\n -~]*$/.test(text);

/** How to measure these texts: string-width takes 30 ms to load, which printable ASCII does not need. */
export async function measureFor(texts: string[]): Promise<Measure> {
  if (texts.every(isPlain)) return (text) => text.length;
  return (await import('string-width')).default;
}
