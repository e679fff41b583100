import type { CheckOutcome, SuiteOutcome } from '../../rules/upgrade-check.ts';
import { measureFor } from './display-width.ts';
import { wrapText } from './text-wrap.ts';

export const TITLE = 'Upgrade Check Results';
const RESULTS = ['Success', 'Warning', 'Failure'] as const;
const DETAILS_WIDTH = 60;

/** Returns the word for a check's result. */
export const resultWord = ({ code }: CheckOutcome): string => RESULTS[code];

/** Writes each suite by itself; of several each says in its title which one it is. */
function bySuite<T>(outcomes: SuiteOutcome[], write: (own: SuiteOutcome[], title: string) => T): T[] {
  const suites = [...Map.groupBy(outcomes, ({ suite }) => suite)];
  return suites.map(([suite, own]) => write(own, suites.length > 1 ? `${TITLE} (${suite})` : TITLE));
}

export const renderUpgradeCheckTables = (outcomes: SuiteOutcome[]): Promise<string[]> =>
  Promise.all(bySuite(outcomes, renderUpgradeCheckTable));

export const renderUpgradeCheckJsons = (outcomes: SuiteOutcome[]): string[] =>
  bySuite(outcomes, renderUpgradeCheckJson);

/** Draws the table of `keystone-status upgrade check`, byte for byte (`oslo_upgradecheck/upgradecheck.py`). */
export async function renderUpgradeCheckTable(outcomes: CheckOutcome[], title = TITLE): Promise<string> {
  const cells = [[title], ...outcomes.map(cellOf)];
  const measure = await measureFor(cells.flat());
  const width = Math.max(...cells.flat().map(measure));
  const rule = `+${'-'.repeat(width + 2)}+`;
  const draw = (line: string) => `| ${line}${' '.repeat(width - measure(line))} |`;
  return [rule, ...cells.flatMap((cell) => [...cell.map(draw), rule])].join('\n');
}

function cellOf(outcome: CheckOutcome): string[] {
  const details = outcome.details === null ? ['None'] : wrapText(outcome.details, DETAILS_WIDTH, '  ');
  const [first = '', ...others] = details;
  return [`Check: ${outcome.title}`, `Result: ${resultWord(outcome)}`, `Details: ${first}`, ...others];
}

/** Writes the line of `keystone-status upgrade check --json` as Python's `json.dumps` does. */
export function renderUpgradeCheckJson(outcomes: CheckOutcome[], name = TITLE): string {
  const checks = outcomes.map(
    ({ title, code, details }) =>
      `{"check": ${pythonJson(title)}, "result": ${code}, "details": ${pythonJson(details)}}`,
  );
  return `{"name": ${pythonJson(name)}, "checks": [${checks.join(', ')}]}`;
}

/** Returns a line for each check that is not a Success and has a remedy. */
export const renderRemedies = (outcomes: CheckOutcome[]): string[] =>
  outcomes
    .filter(({ code, remedy }) => code > 0 && remedy !== null)
    .map(({ title, remedy }) => `Remedy for '${title}': ${remedy}`);

const pythonJson = (value: string | null): string =>
  JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
