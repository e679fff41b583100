import { UsageError } from '../../rules/errors.ts';
import { closest, didYouMean, mistake } from '../../rules/closest.ts';

/**
 * Returns the error for words that name no command; `ids` are those of all commands (`role:list`). It does not repeat
 * words after the first one that leads nowhere: they may be anything, a password too.
 */
export function unknownCommand(typed: string[], ids: string[]): UsageError {
  const commands = ids.map((id) => id.split(':'));
  const [first = ''] = typed;
  if (first.startsWith('-')) return flagFirst(first.split('=')[0]!);
  const known = commands.find(
    (words) => words.length < typed.length && words.every((word, at) => word === typed[at]),
  );
  if (known) return tooMany(known, typed.length - known.length);
  const depth = Math.max(...commands.map((words) => agreement(words, typed)));
  const candidates = [
    ...commands.map((words) => ({ words, score: wordsApart(words, typed) })),
    ...topicsOf(commands).map((words) => ({ words, score: topicApart(words, typed) })),
  ];
  const suggestion = didYouMean(closest(candidates).map(({ words }) => `\`keyward ${words.join(' ')}\``));
  const wrong = typed.slice(0, depth + 1).join(' ');
  return new UsageError(`There is no command '${wrong}'.`, suggestion + listing(typed.slice(0, depth)));
}

const agreement = (words: string[], typed: string[]): number => {
  const end = words.findIndex((word, at) => word !== typed[at]);
  return end === -1 ? words.length : end;
};

/**
 * Counts the mistakes in the words that name the command; what follows them are arguments. Verb and noun the other way round
 * (`create role`) are one mistake, and each word that was left out (`upgrade check`) counts as two.
 */
function wordsApart(words: string[], typed: string[]): number {
  const inOrder = sum(words.map((word, at) => mistake(typed[at] ?? '', word)));
  const turned =
    words.length === 2 ? 1 + sum(words.map((word, at) => mistake(typed[1 - at] ?? '', word))) : Infinity;
  return Math.min(inOrder, turned, withoutSome(words, typed));
}

function withoutSome(words: string[], typed: string[]): number {
  let at = 0;
  for (const word of words) if (word === typed[at]) at += 1;
  const isNamed = at > 0 && words.at(-1) === typed[at - 1];
  return isNamed ? 2 * (words.length - at) + typed.length - at : Infinity;
}

/** A topic is meant only where one of its own words is misspelt, and less likely than a command that fits all words. */
function topicApart(words: string[], typed: string[]): number {
  const mistakes = sum(words.map((word, at) => mistake(typed[at] ?? '', word)));
  return mistakes === 0 ? Infinity : mistakes + typed.length - words.length;
}

const topicsOf = (commands: string[][]): string[][] => [
  ...new Map(
    commands
      .flatMap((words) => words.slice(1).map((_, at) => words.slice(0, at + 1)))
      .map((words) => [words.join(), words]),
  ).values(),
];

const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0);

const listing = (topic: string[]): string =>
  topic.length > 0
    ? `\`keyward ${topic.join(' ')} --help\` lists what there is.`
    : '`keyward help` lists the commands.';

const flagFirst = (flag: string): UsageError =>
  new UsageError(
    `${flag} stands where the command should.`,
    'Name the command first: `keyward COMMAND --flag`; `keyward help` lists the commands.',
  );

function tooMany(words: string[], count: number): UsageError {
  const command = `keyward ${words.join(' ')}`;
  return new UsageError(
    `\`${command}\` takes no arguments, and was given ${count}.`,
    `\`${command} --help\` lists its flags.`,
  );
}
