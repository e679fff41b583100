import { describe, expect, it } from '@jest/globals';
import { assertFlavor, type NewFlavor } from '../../../../src/rules/compute/new-flavor.ts';

const flavor = (more: Partial<NewFlavor>): NewFlavor => ({
  flavorid: null,
  name: 'm1.tiny',
  memoryMb: 512,
  vcpus: 1,
  rootGb: 1,
  ephemeralGb: 0,
  swap: 0,
  rxtxFactor: 1,
  isPublic: true,
  projectId: null,
  description: null,
  extraSpecs: {},
  ...more,
});

describe('lets through', () => {
  it.each<[string, Partial<NewFlavor>]>([
    ['a name of 255 characters, none of them in the BMP', { name: '🙂'.repeat(255) }],
    ['a name with blanks and signs', { name: 'größer als m1/2 & mehr' }],
    ['an ID with all that it may have', { flavorid: 'a.B_c-1 2' }],
    ['an ID of 255 characters', { flavorid: '1'.repeat(255) }],
    ['the greatest factor', { rxtxFactor: 3.402_82e38 }],
    ['an empty description', { description: '' }],
    ['a description of 65535 characters', { description: 'x'.repeat(65_535) }],
    ['a project of a private flavor', { projectId: 'p', isPublic: false }],
    ['properties', { extraSpecs: { 'hw:cpu policy_1-a.b': '', k: 'ä'.repeat(255) } }],
  ])('%s', (_, more) => expect(() => assertFlavor(flavor(more))).not.toThrow());
});

describe('refuses', () => {
  it.each<[string, Partial<NewFlavor>, RegExp]>([
    ['an empty name', { name: '' }, /^'' can't be the name/],
    ['a name that begins with a blank', { name: ' a' }, /name/],
    ['a name that ends with a no-break space', { name: 'a\u00a0' }, /name/],
    ['a name with a line break', { name: 'a\nb' }, /name/],
    ['a name of 256 characters', { name: 'a'.repeat(256) }, /name/],
    ['an empty ID', { flavorid: '' }, /ID/],
    ['an ID with a letter that Nova does not take', { flavorid: 'größe' }, /'größe' can't be the ID/],
    ['an ID that ends with a blank', { flavorid: 'a ' }, /ID/],
    ['an ID of 256 characters', { flavorid: 'a'.repeat(256) }, /ID/],
    ['a factor of nought', { rxtxFactor: 0 }, /--rxtx-factor 0/],
    ['a factor below nought', { rxtxFactor: -1.5 }, /--rxtx-factor -1.5/],
    ['a factor that is too great', { rxtxFactor: 3.403e38 }, /--rxtx-factor/],
    ['a factor that is none', { rxtxFactor: NaN }, /--rxtx-factor/],
    ['a description of two lines', { description: 'a\nb' }, /description/],
    ['a description of 65536 characters', { description: 'x'.repeat(65_536) }, /description/],
    ['a project of a public flavor', { projectId: 'p' }, /^--project is only allowed with --private\.$/],
    ['a property whose key Nova does not take', { extraSpecs: { k$: '1' } }, /'k\$' can't be the key/],
    ['a property whose value is too long', { extraSpecs: { k: 'x'.repeat(256) } }, /property 'k'/],
    ['a property whose value PostgreSQL can not store', { extraSpecs: { k: '\0' } }, /property 'k'/],
  ])('%s', (_, more, message) => {
    expect(() => assertFlavor(flavor(more))).toThrow(
      expect.objectContaining({ name: 'UsageError', exitCode: 64, message: expect.stringMatching(message) }),
    );
  });
});
