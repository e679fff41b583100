/** Quotes a word so that a POSIX shell takes it literally, for commands that an operator is told to run. */
export const shellWord = (word: string): string =>
  /^[\w./@%+=:,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
