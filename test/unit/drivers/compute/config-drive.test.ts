import { describe, expect, it } from '@jest/globals';
import {
  configDriveFiles,
  NO_VENDOR_DATA,
  type VendorData,
} from '../../../../src/drivers/compute/config-drive.ts';
import type { Server } from '../../../../src/rules/compute/server.ts';
import { madeUpKeyPair, madeUpServer } from '../../../support/drivers/made-up-server.ts';

const OPENSTACK_VERSIONS =
  '2012-08-10 2013-04-04 2013-10-17 2015-10-15 2016-06-30 2016-10-06 2017-02-22 2018-08-27 2020-10-14 2025-04-04 latest';

function filesOf(more: Partial<Server> = {}, vendorData: VendorData = NO_VENDOR_DATA): Map<string, Buffer> {
  let seeds = 0;
  return configDriveFiles(madeUpServer(more), vendorData, () => `seed ${(seeds += 1)}`);
}
const jsonIn = (files: Map<string, Buffer>, name: string): Record<string, unknown> =>
  JSON.parse(files.get(name)!.toString()) as Record<string, unknown>;
const metaData = (more: Partial<Server> = {}, version = 'latest') =>
  jsonIn(filesOf(more), `openstack/${version}/meta_data.json`);
const ec2 = (more: Partial<Server> = {}) => jsonIn(filesOf(more), 'ec2/latest/meta-data.json');

describe('a version has the files and fields that it had when it was made', () => {
  const BASE = 'uuid hostname name launch_index availability_zone';
  it.each([
    ['2012-08-10', 'meta_data.json', BASE],
    ['2013-04-04', 'meta_data.json', `${BASE} random_seed`],
    ['2013-10-17', 'meta_data.json vendor_data.json', `${BASE} random_seed`],
    ['2015-10-15', 'meta_data.json vendor_data.json network_data.json', `${BASE} random_seed project_id`],
    [
      '2016-06-30',
      'meta_data.json vendor_data.json network_data.json',
      `${BASE} random_seed project_id devices`,
    ],
    [
      '2016-10-06',
      'meta_data.json vendor_data.json network_data.json vendor_data2.json',
      `${BASE} random_seed project_id devices`,
    ],
    [
      '2018-08-27',
      'meta_data.json vendor_data.json network_data.json vendor_data2.json',
      `${BASE} random_seed project_id devices`,
    ],
    [
      '2020-10-14',
      'meta_data.json vendor_data.json network_data.json vendor_data2.json',
      `${BASE} random_seed project_id devices dedicated_cpus`,
    ],
    [
      'latest',
      'meta_data.json vendor_data.json network_data.json vendor_data2.json',
      `${BASE} random_seed project_id devices dedicated_cpus`,
    ],
  ])('%s', (version, names, fields) => {
    const files = [...filesOf().keys()].filter((name) => name.startsWith(`openstack/${version}/`));
    expect(files).toEqual(names.split(' ').map((name) => `openstack/${version}/${name}`));
    expect(Object.keys(metaData({}, version))).toEqual(fields.split(' '));
  });

  it('and no other folder is there', () => {
    const folders = new Set([...filesOf().keys()].map((name) => name.replace(/\/[^/]*$/, '')));
    expect([...folders].toSorted()).toEqual(
      [
        'ec2/2009-04-04',
        'ec2/latest',
        ...OPENSTACK_VERSIONS.split(' ').map((version) => `openstack/${version}`),
      ].toSorted(),
    );
  });
});

it('each meta_data.json has a seed of its own', () => {
  const files = filesOf();
  const seeds = OPENSTACK_VERSIONS.split(' ')
    .slice(1)
    .map((version) => jsonIn(files, `openstack/${version}/meta_data.json`)['random_seed']);
  expect(new Set(seeds).size).toBe(seeds.length);
});

describe('a key', () => {
  it("has the pair's name and key, whatever the server calls it", () => {
    const pair = madeUpKeyPair();
    expect(metaData({ keyName: 'renamed', keyPairs: [pair] })).toMatchObject({
      public_keys: { 'my key': pair.publicKey },
      keys: [{ name: 'my key', type: 'ssh', data: pair.publicKey }],
    });
    expect(ec2({ keyName: 'my key', keyPairs: [pair] })).toMatchObject({
      'public-keys': { '0': { _name: '0=my key', 'openssh-key': pair.publicKey } },
    });
  });

  it.each([
    ['the server names none', { keyName: null, keyPairs: [madeUpKeyPair()] }],
    ['the pair is gone', { keyName: 'my key', keyPairs: [] }],
  ])('is not there where %s', (_, server) => {
    expect(metaData(server)).not.toHaveProperty('public_keys');
    expect(metaData(server)).not.toHaveProperty('keys');
    expect(ec2(server)).not.toHaveProperty('public-keys');
  });
});

describe('user data', () => {
  it.each([
    ['text', Buffer.from('#!/bin/sh\necho grüße ☃\n')],
    ['bytes that are no text', Buffer.from([0, 255, 0x1f, 0x8b, 128, 10])],
    ['nothing at all', Buffer.alloc(0)],
  ])('is decoded: %s', (_, bytes) => {
    const files = filesOf({ userData: bytes.toString('base64') });
    const found = [...files].filter(([name]) => /user.data$/.test(name));
    expect(found).toHaveLength(OPENSTACK_VERSIONS.split(' ').length + 2);
    for (const [, content] of found) expect(content.equals(bytes)).toBe(true);
  });

  it('has no file where there is none', () => {
    expect([...filesOf({ userData: null }).keys()].filter((name) => /user.data$/.test(name))).toEqual([]);
  });
});

it('names and metadata may have any characters', () => {
  const server = { displayName: 'Größe "1" \\ ☃ 🐧', metadata: { größe: 'é', color: '\u0001\n' } };
  expect(metaData(server)).toMatchObject({ name: server.displayName, meta: server.metadata });
});

it('the hostname has the domain that a Nova adds which is configured with none', () => {
  expect(metaData({ hostname: 'web-1' })['hostname']).toBe('web-1.novalocal');
  expect(ec2({ hostname: 'web-1' })).toMatchObject({
    hostname: 'web-1.novalocal',
    'local-hostname': 'web-1.novalocal',
    'public-hostname': 'web-1.novalocal',
  });
});

describe("Amazon's form", () => {
  it.each<[string, Partial<Server>, object]>([
    ['names the root device', { rootDeviceName: '/dev/vda' }, { ami: 'vda', root: '/dev/vda' }],
    [
      'has default names where the server has none',
      { rootDeviceName: null },
      { ami: 'sda1', ephemeral0: 'sda2', root: '/dev/sda1', swap: 'sda3' },
    ],
  ])('%s', (_, server, mapping) => expect(ec2(server)['block-device-mapping']).toEqual(mapping));

  it.each<[string, Partial<Server>, string, unknown]>([
    ['an image', { imageRef: '3f0f4a5e-9a3b-4d52-9a07-0c8f6a5b1c2d' }, 'ami-id', 'ami-3f0f4a5e'],
    ['no image', { imageRef: null }, 'ami-id', null],
    ['a kernel', { kernelId: '00000001-9a3b-4d52-9a07-0c8f6a5b1c2d' }, 'kernel-id', 'aki-00000001'],
    ['no kernel', { kernelId: '' }, 'kernel-id', undefined],
    ['a server', { id: 0xabc }, 'instance-id', 'i-00000abc'],
  ])('gives %s its id', (_, server, field, value) => expect(ec2(server)[field]).toBe(value));
});

it("vendor data keeps its shape, and the deployment's own wins over a target of its name", () => {
  const files = filesOf({}, { static: ['own'], dynamic: { a: 'text', static: 'lost' } });
  expect(jsonIn(files, 'openstack/latest/vendor_data.json')).toEqual(['own']);
  expect(jsonIn(files, 'openstack/latest/vendor_data2.json')).toEqual({ a: 'text', static: ['own'] });
  const none = filesOf();
  expect(jsonIn(none, 'openstack/latest/vendor_data.json')).toEqual({});
  expect(jsonIn(none, 'openstack/latest/vendor_data2.json')).toEqual({ static: {} });
});

it("an admin's password is never there", () => {
  for (const content of filesOf().values()) expect(content.toString()).not.toMatch(/pass/i);
});
