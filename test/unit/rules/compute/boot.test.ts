import { describe, expect, it } from '@jest/globals';
import {
  assertEnabled,
  assertFits,
  assertNewServer,
  assertTagCount,
  encodedUserData,
  type GivenServer,
} from '../../../../src/rules/compute/boot.ts';
import { hostnameOf } from '../../../../src/rules/compute/hostname.ts';
import { createRequest } from '../../../support/cloud/new-servers.ts';

const { flavor, image } = createRequest('cell').server;
const GIB = 1024 ** 3;
const given = (more: Partial<GivenServer>): GivenServer => ({
  name: 'web1',
  flavor: 'f',
  image: 'i',
  keyName: null,
  description: null,
  hostname: null,
  properties: {},
  tags: [],
  host: null,
  hasUserData: false,
  ...more,
});

describe('a new server is refused', () => {
  it.each<[string, Partial<GivenServer>, RegExp]>([
    ['without a name', { name: '' }, /name of a server/],
    ['for a name of blanks', { name: '  ' }, /name of a server/],
    ['for a blank at the end of its name', { name: 'web1 ' }, /name of a server/],
    ['for a name of 256 characters', { name: 'x'.repeat(256) }, /name of a server/],
    ['for a control character in its name', { name: 'a\u0007b' }, /name of a server/],
    ['for a description of 256 characters', { description: 'x'.repeat(256) }, /description is too long/],
    ['for a host name with a dot', { hostname: 'a.b' }, /host name/],
    ['for a host name of one letter', { hostname: 'a' }, /host name/],
    ['for a property whose key is too long', { properties: { ['k'.repeat(256)]: 'v' } }, /property/],
    ['for a property whose value is too long', { properties: { k: 'v'.repeat(256) } }, /property 'k'/],
    ['for a tag with a comma', { tags: ['a,b'] }, /tag/],
    ['for a tag of 61 characters', { tags: ['t'.repeat(61)] }, /tag/],
    ['for 51 tags', { tags: Array.from({ length: 51 }, (_, at) => `t${at}`) }, /at most 50 tags/],
  ])('%s', (_, more, says) => {
    expect(() => assertNewServer(given(more))).toThrow(says);
  });

  it.each<[string, Partial<GivenServer>]>([
    ['a name of 255 characters, whatever they are', { name: '🦊'.repeat(255) }],
    ['the longest description', { description: 'x'.repeat(255) }],
    ['a host name of letters, digits and hyphens', { hostname: 'Web-1' }],
    ['50 tags', { tags: Array.from({ length: 50 }, (_, at) => `t${at}`) }],
  ])('but not for %s', (_, more) => {
    expect(() => assertNewServer(given(more))).not.toThrow();
  });
});

it('tags are counted together with those that are there', () => {
  expect(() => assertTagCount(50)).not.toThrow();
  expect(() => assertTagCount(51)).toThrow('would be 51');
});

describe('user data', () => {
  it('is base64, and may have 65,535 characters', () => {
    expect(encodedUserData(Buffer.from('hello'))).toBe('aGVsbG8=');
    expect(encodedUserData(Buffer.alloc(49_149))).toHaveLength(65_532);
    expect(() => encodedUserData(Buffer.alloc(49_152))).toThrow('The user data is too long');
  });

  it('is not in the refusal', () => {
    expect(() => encodedUserData(Buffer.alloc(50_000, 'secret'))).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') }),
    );
  });
});

describe('an image is refused', () => {
  it.each([
    ['that needs more memory', { minRam: 65 }, "Flavor's memory is too small for requested image."],
    [
      'that is larger than the disk',
      { sizeBytes: GIB + 1 },
      "Flavor's disk is too small for requested image. Flavor disk is 1073741824 bytes, image is 1073741825 bytes.",
    ],
    [
      'that wants a larger disk',
      { minDisk: 2 },
      "Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is 1073741824 bytes, minimum size is 2147483648 bytes.",
    ],
  ])('%s, in Nova’s words', (_, more, says) => {
    expect(() => assertFits(flavor, { ...image, ...more })).toThrow(says);
  });

  it('but not for its size where the flavor has no disk of its own', () => {
    expect(() =>
      assertFits({ ...flavor, rootGb: 0 }, { ...image, sizeBytes: 9 * GIB, minDisk: 9 }),
    ).not.toThrow();
  });
});

it('a disabled flavor is for no new server', () => {
  expect(() => assertEnabled({ ...flavor, isDisabled: true })).toThrow('is disabled');
  expect(() => assertEnabled(flavor)).not.toThrow();
});

/** NOTE: what nova/utils.py, sanitize_hostname makes of the same. */
it.each([
  ['web1', 'web1'],
  ['Web One', 'web-one'],
  ['a.b_c', 'a-b-c'],
  ['.web.', 'web'],
  ['über', 'über'],
  ['日本', 'Server-u'],
  ['a!b', 'ab'],
  ['x'.repeat(70), 'x'.repeat(63)],
])('a server named %j calls itself %j', (name, hostname) => {
  expect(hostnameOf(name, 'u')).toBe(hostname);
});
