import { describe, expect, it } from '@jest/globals';
import { assertOurHost, chooseHost, type HostInCell } from '../../../../src/rules/compute/host.ts';

const host = (name: string, unseenSeconds: number): HostInCell => ({
  host: name,
  driver: 'local',
  unseenSeconds,
  cell: 'c',
});
const about = { subject: 'The server u is', client: 'openstack server delete u' };

describe('a new server goes', () => {
  it('to the host whose worker was seen last', () => {
    expect(chooseHost([host('a', 9), host('b', 2), host('c', 39)], null).host).toBe('b');
  });

  it('to the host that is named', () => {
    expect(chooseHost([host('a', 9), host('b', 2)], 'a').host).toBe('a');
  });

  it.each<[string, HostInCell[], string | null, object]>([
    ['where none is keyward’s', [], null, { cure: expect.stringContaining('openstack server create') }],
    ['where none has a worker', [host('a', 41)], null, { message: expect.stringContaining('a (for 41 s)') }],
    ['where the named one has none', [host('a', 90), host('b', 1)], 'a', { name: 'HostWithoutWorker' }],
    [
      'where the name is misspelt',
      [host('compute1', 1)],
      'compute2',
      { cure: expect.stringContaining('Did you mean compute1?') },
    ],
  ])('nowhere %s', (_, hosts, wanted, refusal) => {
    expect(() => chooseHost(hosts, wanted)).toThrow(
      expect.objectContaining({ ...refusal, outcome: 'unchanged' }),
    );
  });
});

describe('a change is refused', () => {
  it.each([
    [null, { isOurs: false, isNovas: false }, 'The server u is on no host.'],
    ['h', { isOurs: false, isNovas: false }, "The server u is on the host h, which is not keyward's."],
    ['h', { isOurs: false, isNovas: true }, 'The server u is on the host h, where Nova has a nova-compute.'],
    ['h', { isOurs: true, isNovas: true }, 'The server u is on the host h, where Nova has a nova-compute.'],
  ])('on %p with %j', (name, ownership, message) => {
    expect(() => assertOurHost(name, ownership, about)).toThrow(
      expect.objectContaining({ message, cure: 'Use `openstack server delete u`.' }),
    );
  });

  it('but not on a host of keyward’s own', () => {
    expect(() => assertOurHost('h', { isOurs: true, isNovas: false }, about)).not.toThrow();
  });
});
