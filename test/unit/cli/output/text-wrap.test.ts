import { expect, it } from '@jest/globals';
import { wrapText } from '../../../../src/cli/output/text-wrap.ts';

/** Each expectation is what Python 3.11's `textwrap.wrap(text, 12, subsequent_indent='  ')` returned. */
it.each([
  ['nothing', '', []],
  ['words', 'aaa bbb ccc ddd eee', ['aaa bbb ccc', '  ddd eee']],
  ['a word as long as a line', 'twelveletter x', ['twelveletter', '  x']],
  ['a word longer than any line', 'abcdefghijklmnopqrstuvwxyz', ['abcdefghijkl', '  mnopqrstuv', '  wxyz']],
  ['a hyphen inside a word', 'backwards-compatible', ['backwards-', '  compatible']],
  ['a long word with a hyphen that fits', 'x1-23456789012345', ['x1-', '  2345678901', '  2345']],
  ['dashes between words', 'one--two three', ['one--two', '  three']],
  ['line ends and tabs', 'aaa\nbbb\tccc ddd', ['aaa bbb', '  ccc ddd']],
  ['spaces at the break', 'aaa bbb ccc     ddd', ['aaa bbb ccc', '  ddd']],
])('breaks %s', (_, text, lines) => {
  expect(wrapText(text, 12, '  ')).toEqual(lines);
});
