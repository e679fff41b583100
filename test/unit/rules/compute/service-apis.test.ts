import { expect, it } from '@jest/globals';
import { isOlder } from '../../../../src/rules/compute/service-apis.ts';

it.each([
  ['1.35', '1.36', true],
  ['1.36', '1.36', false],
  ['1.4', '1.36', true],
  ['1.100', '1.36', false],
  ['2.0', '1.36', false],
  ['0.99', '1.36', true],
  ['', '1.36', true],
  ['latest', '1.36', true],
])('%j is older than %j: %p', (version, than, itIs) => {
  expect(isOlder(version, than)).toBe(itIs);
});
