import { printable, printableLines } from '../../rules/printable.ts';
import { type Outcome, RuleError } from '../../rules/errors.ts';

const CREDENTIALS_IN_URL = /(\w+:\/\/[^\s:/@]*):[^\s@]*@/g;

/** Hides what stands where a URL has its password. A last resort: errors are written without secrets to begin with. */
const redact = (text: string): string => text.replaceAll(CREDENTIALS_IN_URL, '$1:***@');

/** One paragraph: what is wrong, what it has left behind, and what to do about it. A bug in keyward also shows its stack. */
export function renderError(error: Error): string {
  if (!(error instanceof RuleError))
    return printableLines(redact(`Error: a bug in keyward: ${error.message}\n${error.stack ?? ''}`));
  const sentences = [error.message, error.outcome && LEFT_BEHIND[error.outcome], error.cure];
  return printable(redact(`Error: ${sentences.filter(Boolean).join(' ')}`));
}

/** What was changed is told by the message itself. */
const LEFT_BEHIND: Record<Outcome, string> = {
  unchanged: 'Nothing was changed.',
  changed: '',
  unknown: 'It is not known whether anything was changed.',
};
