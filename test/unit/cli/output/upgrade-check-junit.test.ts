import { expect, it } from '@jest/globals';
import { renderUpgradeCheckJunit } from '../../../../src/cli/output/upgrade-check-junit.ts';
import { CheckCode, type SuiteOutcome } from '../../../../src/rules/upgrade-check.ts';

const { success, warning, failure } = CheckCode;
const outcome = (
  id: string,
  code: CheckCode,
  details: string | null,
  remedy: string | null = null,
): SuiteOutcome => ({
  suite: id.startsWith('identity') ? 'keystone' : 'nova',
  id,
  title: `Title of ${id}`,
  code,
  details,
  remedy,
});

it('has each suite, and a test case for each check', () => {
  const xml = renderUpgradeCheckJunit([
    outcome('identity-roles', success, 'Default roles are immutable.'),
    outcome('compute-cells', success, null),
    outcome('compute-types', warning, '\nInstances found.\nSee the following:', 'set them'),
    outcome('compute-token', failure, 'It is required.', 'set x = true'),
  ]);
  expect(xml).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="Upgrade Check Results" tests="4" failures="1" errors="0" skipped="1">
  <testsuite name="keystone" tests="1" failures="0" errors="0" skipped="0">
    <testcase classname="keystone" name="Title of identity-roles">
      <system-out>Default roles are immutable.</system-out>
    </testcase>
  </testsuite>
  <testsuite name="nova" tests="3" failures="1" errors="0" skipped="1">
    <testcase classname="nova" name="Title of compute-cells"/>
    <testcase classname="nova" name="Title of compute-types">
      <skipped message="Warning: Instances found. See the following:"/>
      <system-out>Instances found. See the following:
Remedy: set them</system-out>
    </testcase>
    <testcase classname="nova" name="Title of compute-token">
      <failure message="It is required." type="Failure">It is required.
Remedy: set x = true</failure>
    </testcase>
  </testsuite>
</testsuites>`);
});

it.each([
  ['what ends an attribute or a tag', `"a" & <b> ]]> 'c'`, `&quot;a&quot; &amp; &lt;b&gt; ]]&gt; 'c'`],
  ['what is escaped already', '&amp;', '&amp;amp;'],
  ['letters beyond ASCII', 'é 読 😀', 'é 読 😀'],
  ['characters that XML has not', 'a\u0000b\u001b[0m\ufffe\ud800', 'a\ufffdb\ufffd[0m\ufffd\ufffd'],
  ['a carriage return', 'a\rb', 'a&#13;b'],
])('writes %s so that an XML reader gives it back', (_, details, written) => {
  const xml = renderUpgradeCheckJunit([outcome('compute-x', failure, details, 'mend')]);
  expect(xml).toContain(`<failure message="${written}" type="Failure">${written}\nRemedy: mend</failure>`);
  expect(renderUpgradeCheckJunit([{ ...outcome('compute-x', success, null), title: details }])).toContain(
    ` name="${written}"/>`,
  );
});

it('keeps tabs, and line breaks in a title', () => {
  const xml = renderUpgradeCheckJunit([{ ...outcome('compute-x', failure, 'a\tb', 'c'), title: 'd\te\nf' }]);
  expect(xml).toContain(' name="d&#9;e&#10;f">');
  expect(xml).toContain('<failure message="a&#9;b" type="Failure">a\tb\nRemedy: c</failure>');
});

it('without checks is whole, too', () => {
  expect(renderUpgradeCheckJunit([])).toMatch(
    /<testsuites name="[^"]*" tests="0" failures="0" errors="0" skipped="0"\/>$/,
  );
});
