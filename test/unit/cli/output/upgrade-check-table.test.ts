import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  renderRemedies,
  renderUpgradeCheckJson,
  renderUpgradeCheckTable,
} from '../../../../src/cli/output/upgrade-check-table.ts';
import { CheckCode, type CheckOutcome } from '../../../../src/rules/upgrade-check.ts';

/** `=== name: command -> rc=N`, then what the real keystone-status printed. */
const recorded = new Map(
  readFileSync('test/fixtures/upstream/keystone/status.txt', 'utf8')
    .split(/^=== /m)
    .slice(1)
    .map((part): [string, string] => [
      /^\w+/.exec(part)![0],
      part.slice(part.indexOf('\n') + 1).replace(/\n$/, ''),
    ]),
);

const CODES = { Success: CheckCode.success, Warning: CheckCode.warning, Failure: CheckCode.failure } as const;

const JSON_FORMATTED =
  'Your policy file is JSON-formatted which is deprecated. You need to switch to YAML-formatted file. Use the ``oslopolicy-convert-json-to-yaml`` tool to convert the existing JSON-formatted files to YAML in a backwards-compatible manner: https://docs.openstack.org/oslo.policy/latest/cli/oslopolicy-convert-json-to-yaml.html.';
const TRUSTS =
  'Policy check string for rules "identity:list_trusts", "identity:delete_trust", "identity:get_trust" are overridden to "", "@", or []. In the next release, this will cause these rules to be fully permissive as hardcoded enforcement will be removed. To correct this issue, either stop overriding these rules in config to accept the defaults, or explicitly set check strings that are not empty.';

type Finding = [result: keyof typeof CODES, details: string | null];
const SAFE: Finding = ['Success', 'Trust policies are safe.'];
const IMMUTABLE: Finding = ['Success', 'Default roles are immutable.'];
const YAML: Finding = ['Success', null];

const outcomes = (...findings: Finding[]): CheckOutcome[] =>
  findings.map(([result, details], at) => ({
    id: `check-${at}`,
    title: [
      'Check trust policies are not empty',
      'Check default roles are immutable',
      'Policy File JSON to YAML Migration',
    ][at]!,
    code: CODES[result],
    details,
    remedy: result === 'Success' ? null : `mend ${at}`,
  }));

describe('the table', () => {
  it.each<[string, Finding[]]>([
    ['s01_pass', [SAFE, IMMUTABLE, YAML]],
    ['s04_reader_mutable', [SAFE, ['Failure', 'Roles are not immutable: reader'], YAML]],
    ['s06_all_mutable', [SAFE, ['Failure', 'Roles are not immutable: reader, member, admin'], YAML]],
    ['s20_policy_json', [SAFE, IMMUTABLE, ['Failure', JSON_FORMATTED]]],
    ['s20_policy_trust', [['Failure', TRUSTS], IMMUTABLE, YAML]],
  ])('is what upstream printed: %s', async (name, findings) => {
    expect(await renderUpgradeCheckTable(outcomes(...findings))).toBe(recorded.get(name));
  });

  it('is as wide as its widest characters', async () => {
    const table = await renderUpgradeCheckTable(outcomes(['Failure', 'Rôle 読者 is not there']));
    const lines = table.split('\n');
    expect(lines[3]).toBe('| Check: Check trust policies are not empty |');
    expect(lines[5]).toBe('| Details: Rôle 読者 is not there           |');
  });

  it('has a line for empty details', async () => {
    expect(await renderUpgradeCheckTable(outcomes(['Failure', '']))).toContain(
      '| Details:                                  |',
    );
  });
});

describe('the line of JSON', () => {
  it.each<[string, Finding[]]>([
    ['s02_pass_json', [SAFE, IMMUTABLE, YAML]],
    ['s05_reader_mutable_json', [SAFE, ['Failure', 'Roles are not immutable: reader'], YAML]],
    ['s24_trust_and_reader', [['Failure', TRUSTS], ['Failure', 'Roles are not immutable: reader'], YAML]],
  ])('is what upstream printed: %s', async (name, findings) => {
    expect(renderUpgradeCheckJson(outcomes(...findings))).toBe(recorded.get(name));
  });

  it("escapes as Python's json.dumps does", () => {
    expect(renderUpgradeCheckJson(outcomes(['Failure', 'é "読" \u007f😀\n']))).toContain(
      String.raw`"details": "\u00e9 \"\u8aad\" \u007f\ud83d\ude00\n"`,
    );
  });
});

it('names a remedy for each check that is not a success', () => {
  expect(renderRemedies(outcomes(SAFE, ['Warning', 'x'], ['Failure', 'y']))).toEqual([
    "Remedy for 'Check default roles are immutable': mend 1",
    "Remedy for 'Policy File JSON to YAML Migration': mend 2",
  ]);
});
