import { describe, expect, it } from '@jest/globals';
import { assertImage, findImage, type Image } from '../../../../src/rules/compute/image.ts';
import { type DiskFormat, formatOf } from '../../../../src/rules/compute/image-format.ts';

const image = (name: string, id: string): Image => ({
  id,
  name,
  status: 'active',
  checksum: '',
  disk_format: 'raw',
  container_format: 'bare',
  size: 5,
  min_disk: 0,
  min_ram: 0,
  owner: null,
  properties: {},
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
});
const [A, B, C] = ['a', 'b', 'c'].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`) as [
  string,
  string,
  string,
];
const images = [image('tiny', A), image('twin', B), image('twin', C), image(A, C.replace('8', '9'))];

describe('finds', () => {
  it.each([
    ['a name', 'tiny', A],
    ['an ID, before a name that is the same', A, A],
    ['an ID in capitals', B.toUpperCase(), B],
    ['the ID of one of two that have a name in common', C, C],
  ])('%s', (_, wanted, id) => expect(findImage(images, wanted).id).toBe(id));
});

describe('does not find', () => {
  it.each([
    ['a name of two, both of which are listed', 'twin', 'ImageAmbiguous', new RegExp(`${B}.* or ${C}`)],
    [
      'a misspelt name, and says which is meant',
      'tniy',
      'ImageNotFound',
      /^Did you mean tiny\? `keyward image list`/,
    ],
    ['a misspelt name of two, which is named once', 'twn', 'ImageNotFound', /^Did you mean twin\? /],
    ['a name that is like no other', 'quite another', 'ImageNotFound', /^`keyward image list`/],
  ])('%s', (_, wanted, name, cure) =>
    expect(() => findImage(images, wanted)).toThrow(
      expect.objectContaining({ name, exitCode: 1, cure: expect.stringMatching(cure) }),
    ),
  );
});

describe('a request', () => {
  const wanted = (more: object) => ({
    name: 'a',
    disk_format: null,
    min_disk: 0,
    min_ram: 0,
    properties: {},
    ...more,
  });

  it.each([
    ['a name of 255 characters', { name: '🙂'.repeat(255) }],
    ['a property with an empty value', { properties: { 'os:distro': '' } }],
  ])('with %s is let through', (_, more) => expect(() => assertImage(wanted(more))).not.toThrow());

  it.each([
    ['without a name', { name: '' }],
    ['with a name of blanks', { name: '  ' }],
    ['with a name of 256 characters', { name: 'a'.repeat(256) }],
    ['with a name of two lines', { name: 'a\nb' }],
    ['with a property whose key is too long', { properties: { ['k'.repeat(256)]: 'v' } }],
  ])('%s is refused', (_, more) =>
    expect(() => assertImage(wanted(more))).toThrow(expect.objectContaining({ exitCode: 64 })),
  );
});

describe('a format', () => {
  /** The header of a qcow2 of a version, and what it refers to. */
  function qcow2(version: number, { backing = 0, features = 0 } = {}): Uint8Array {
    const header = new Uint8Array(80);
    header.set([0x51, 0x46, 0x49, 0xfb]);
    const view = new DataView(header.buffer);
    view.setUint32(4, version);
    view.setBigUint64(8, BigInt(backing));
    if (version >= 3) view.setBigUint64(72, BigInt(features));
    return header;
  }

  it.each<[string, Uint8Array, DiskFormat | null, DiskFormat]>([
    ['noughts are raw', new Uint8Array(80), null, 'raw'],
    ['a byte is raw', new Uint8Array([0x51]), 'raw', 'raw'],
    ['a qcow2 of version 2 is one', qcow2(2), null, 'qcow2'],
    ['a qcow2 of version 3 is one', qcow2(3, { features: 1 }), 'qcow2', 'qcow2'],
    ['a header that is cut off is one all the same', qcow2(3).subarray(0, 12), null, 'qcow2'],
  ])('%s', (_, header, wanted, format) => expect(formatOf(header, wanted)).toBe(format));

  it.each<[string, Uint8Array, DiskFormat | null, RegExp]>([
    ['a raw file that is said to be a qcow2', new Uint8Array(80), 'qcow2', /no qcow2/],
    ['a qcow2 that is said to be raw', qcow2(3), 'raw', /a qcow2/],
    ['a qcow2 with a backing file', qcow2(2, { backing: 104 }), null, /refers to another file/],
    ['a qcow2 whose data is elsewhere', qcow2(3, { features: 5 }), 'qcow2', /refers to another file/],
  ])('refuses %s', (_, header, wanted, message) =>
    expect(() => formatOf(header, wanted)).toThrow(
      expect.objectContaining({ exitCode: 64, message: expect.stringMatching(message) }),
    ),
  );
});
