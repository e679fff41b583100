import { expect, it } from '@jest/globals';
import { addressesIn } from '../../../../src/rules/compute/addresses.ts';

const ip = (address: string, more: object = {}) => ({ address, type: 'fixed', version: 4, ...more });
const vif = (label: string, mac: string, ips: object[]) => ({
  address: mac,
  network: { label, subnets: [{ ips }] },
});

it('gives the addresses of a network in the order of its interfaces, floating ones after fixed ones', () => {
  const floating = ip('172.16.0.1', { type: 'floating' });
  const text = JSON.stringify([
    vif('private', 'aa', [ip('10.0.0.1', { floating_ips: [floating] }), ip('2001::1', { version: 6 })]),
    vif('public', 'bb', []),
    vif('private', 'cc', [ip('10.0.0.2')]),
  ]);
  const fixed = { type: 'fixed', version: 4, macAddress: 'aa' };
  expect(addressesIn(text)).toEqual({
    private: [
      { ...fixed, address: '10.0.0.1' },
      { ...fixed, address: '2001::1', version: 6 },
      { address: '172.16.0.1', type: 'floating', version: 4, macAddress: 'aa' },
      { ...fixed, address: '10.0.0.2', macAddress: 'cc' },
    ],
    public: [],
  });
});

it.each([null, '', '{', '{}', '[]', 'null'])('knows none in %j', (text) =>
  expect(addressesIn(text)).toEqual({}),
);
