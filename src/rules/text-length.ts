/** Counts characters as Python and PostgreSQL do: by code points, of which JavaScript keeps some as two units. */
export const lengthOf = (text: string): number => [...text].length;

/** Gives at most so many characters of a text, counted so. */
export const shortened = (text: string, most: number): string => [...text].slice(0, most).join('');
