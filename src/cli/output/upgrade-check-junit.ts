import { CheckCode, type SuiteOutcome } from '../../rules/upgrade-check.ts';
import { resultWord, TITLE } from './upgrade-check-table.ts';

/**
 * Writes outcomes as JUnit's XML, which pipelines show: a test suite for each suite and a test case for each check. A
 * Failure is a failed test. A Warning is a skipped one, with what is wrong as its message: that is the only state which
 * pipelines show and yet do not count as failed.
 */
export function renderUpgradeCheckJunit(outcomes: SuiteOutcome[]): string {
  const suites = [...Map.groupBy(outcomes, ({ suite }) => suite)].map(([name, checks]) =>
    element('testsuite', { name, ...counts(checks) }, checks.map(testCase)),
  );
  const root = element('testsuites', { name: TITLE, ...counts(outcomes) }, suites);
  return ['<?xml version="1.0" encoding="UTF-8"?>', ...root].join('\n');
}

function counts(checks: SuiteOutcome[]): Record<string, string> {
  const withCode = (wanted: CheckCode): string => String(checks.filter(({ code }) => code === wanted).length);
  return {
    tests: String(checks.length),
    failures: withCode(CheckCode.failure),
    errors: '0',
    skipped: withCode(CheckCode.warning),
  };
}

function testCase(outcome: SuiteOutcome): string[] {
  return element('testcase', { classname: outcome.suite, name: outcome.title }, [finding(outcome)]);
}

function finding(outcome: SuiteOutcome): string[] {
  const { code, details, remedy } = outcome;
  // Upstream's texts have line breaks of their own, which a message should not have.
  const message = (details ?? '').trim().replaceAll(/\s*\n\s*/g, ' ');
  const text = [message, ...(remedy === null ? [] : [`Remedy: ${remedy}`])].join('\n');
  if (code === CheckCode.failure) return leaf('failure', { message, type: resultWord(outcome) }, text);
  if (code === CheckCode.warning)
    return [
      ...leaf('skipped', { message: `${resultWord(outcome)}: ${message}` }),
      ...leaf('system-out', {}, text),
    ];
  return details === null ? [] : leaf('system-out', {}, text);
}

const leaf = (name: string, attributes: Record<string, string>, text = ''): string[] => [
  text === ''
    ? `<${name}${written(attributes)}/>`
    : `<${name}${written(attributes)}>${escaped(text)}</${name}>`,
];

function element(name: string, attributes: Record<string, string>, children: string[][]): string[] {
  const inner = children.flat().map((line) => `  ${line}`);
  const open = `${name}${written(attributes)}`;
  return inner.length === 0 ? [`<${open}/>`] : [`<${open}>`, ...inner, `</${name}>`];
}

const written = (attributes: Record<string, string>): string =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(value).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')}"`)
    .join('');

/** Readers take line breaks and tabs in attributes for spaces, and a carriage return for a line break. */
const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};
/** XML 1.0 has no way to write these. */
const UNWRITABLE = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const escaped = (text: string): string =>
  text.replaceAll(UNWRITABLE, '\ufffd').replaceAll(/[&<>"\r]/g, (character) => ENTITIES[character]!);
