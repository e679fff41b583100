import { printable, printableLines } from '../../rules/printable.ts';
import { type Outcome, RuleError } from '../../rules/errors.ts';

const CREDENTIALS_IN_URL = /(\w+:\/\/[^\s:/@]*):[^\s@]*@/g;

/** Hides what stands where a URL has its password: a last resort, since errors are written without secrets. */
const redact = (text: string): string => text.replaceAll(CREDENTIALS_IN_URL, '$1:***@');

/** Renders an error as one paragraph: what is wrong, what it has left behind, the cure. A bug also shows its stack. */
export function renderError(error: Error): string {
  if (!(error instanceof RuleError))
    return printableLines(redact(`Error: a bug in keyward: ${error.message}\n${error.stack ?? ''}`));
  const sentences = [error.message, error.outcome && LEFT_BEHIND[error.outcome], error.cure];
  return printable(redact(`Error: ${sentences.filter(Boolean).join(' ')}`));
}

/** For 'changed' there is no sentence: the message itself says what was changed. */
const LEFT_BEHIND: Record<Outcome, string> = {
  unchanged: 'Nothing was changed.',
  changed: '',
  unknown: 'It is not known whether anything was changed.',
};
