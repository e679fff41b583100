import { codePoints, type Ruler } from './display-width.ts';

const WORD = String.raw`[\p{L}\p{N}_]`;
const LETTER = String.raw`[\p{L}\p{Nl}\p{No}_]`;
const BEFORE_DASHES = String.raw`(?<=[\p{L}\p{N}_!"'&.,?])`;
const AFTER_HYPHEN = `-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${LETTER}-))(?=${LETTER}-?${LETTER})`;
const DASHES = `${BEFORE_DASHES}-{2,}(?=${WORD})`;
const PIECE = new RegExp(
  ` +|${DASHES}|[^ ]+?(?:${AFTER_HYPHEN}|(?= |$)|${BEFORE_DASHES}(?=-{2,}${WORD}))`,
  'gu',
);

/**
 * Breaks text into lines of at most `width` exactly where Python's `textwrap.wrap` does: between words, after hyphens
 * inside words, around dashes, and inside a word that no line could hold. Later lines get `indent`. Widths are code
 * points unless a ruler says otherwise.
 */
export function wrapText(text: string, width: number, indent: string, ruler: Ruler = codePoints): string[] {
  const pieces =
    expandTabs(text)
      .replaceAll(/[\n\v\f\r]/g, ' ')
      .match(PIECE) ?? [];
  const lines: string[] = [];
  while (pieces.length > 0) {
    const margin = lines.length > 0 ? indent : '';
    if (lines.length > 0 && isBlank(pieces[0]!)) pieces.shift();
    const line = takeLine(pieces, width - margin.length, ruler);
    if (line.length > 0) lines.push(margin + line.join(''));
  }
  return lines;
}

/** Takes as many pieces as fit; a piece that is wider than a line is cut where the line ends. */
function takeLine(pieces: string[], width: number, ruler: Ruler): string[] {
  const line: string[] = [];
  let left = width;
  while (pieces.length > 0 && ruler.measure(pieces[0]!) <= left) {
    left -= ruler.measure(pieces[0]!);
    line.push(pieces.shift()!);
  }
  if (pieces.length > 0 && ruler.measure(pieces[0]!) > width) {
    const [head, tail] = broken(ruler.split(pieces.shift()!), left, ruler);
    line.push(head);
    pieces.unshift(tail);
  }
  if (line.length > 0 && isBlank(line.at(-1)!)) line.pop();
  return line;
}

/** After the last hyphen that fits, else at the margin. */
function broken(characters: string[], left: number, { measure }: Ruler): [string, string] {
  let fits = 0;
  for (let used = 0; fits < characters.length; fits += 1) {
    used += measure(characters[fits]!);
    if (used > left) break;
  }
  const hyphen = characters.slice(0, fits).lastIndexOf('-');
  const atHyphen = hyphen > 0 && characters.slice(0, hyphen).some((character) => character !== '-');
  const end = atHyphen ? hyphen + 1 : fits;
  return [characters.slice(0, end).join(''), characters.slice(end).join('')];
}

/** A tab reaches to the next multiple of eight, counted from the start of its line. */
const expandTabs = (text: string): string =>
  text.replaceAll(/[^\n\r]+/g, (line) =>
    line.split('\t').reduce((drawn, part) => drawn + ' '.repeat(8 - (codePoints.measure(drawn) % 8)) + part),
  );

const isBlank = (piece: string): boolean => piece.trim() === '';
