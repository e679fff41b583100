import { describe, expect, it } from '@jest/globals';
import { parseTransportUrl } from '../../../src/config/transport-url.ts';

const host = (hostname: string, port = 5672, username = 'guest', password = 'guest') => ({
  hostname,
  port,
  username,
  password,
});
const parsed = (value: string) => parseTransportUrl({ value, origin: 'nova.conf [DEFAULT] transport_url' });

describe('a transport URL means', () => {
  it.each([
    ["RabbitMQ's defaults", 'rabbit://', [host('localhost')], '/'],
    ['a host', 'rabbit://mq', [host('mq')], '/'],
    ['a host by its older name', 'kombu://mq:1', [host('mq', 1)], '/'],
    [
      'a user and a password with escapes',
      'rabbit://n%40va:p%40%2F%3A%25@mq',
      [host('mq', 5672, 'n@va', 'p@/:%')],
      '/',
    ],
    ['a password with an @ and a colon', 'rabbit://u:a@b:c@mq', [host('mq', 5672, 'u', 'a@b:c')], '/'],
    ['several hosts', 'rabbit://u:p@a:1,v:q@b/', [host('a', 1, 'u', 'p'), host('b', 5672, 'v', 'q')], '/'],
    ['an IPv6 address', 'rabbit://u:p@[::1]:7/x', [host('::1', 7, 'u', 'p')], 'x'],
    ['an IPv6 address without a port', 'rabbit://u:p@fe80::1', [host('fe80::1', 5672, 'u', 'p')], '/'],
    ['a virtual host', 'rabbit://mq/nova', [host('mq')], 'nova'],
    ['a virtual host with a slash', 'rabbit://mq/a%2Fb', [host('mq')], 'a/b'],
    ['the virtual host /, written twice', 'rabbit://mq//', [host('mq')], '/'],
  ])('%s: %s', (_, url, hosts, virtualHost) => {
    expect(parsed(url)).toEqual({ hosts, virtualHost, query: new Map() });
  });

  it('options in its query', () => {
    expect(parsed('rabbit://mq/?ssl=1&ssl_ca_file=%2Fca.pem').query).toEqual(
      new Map([
        ['ssl', '1'],
        ['ssl_ca_file', '/ca.pem'],
      ]),
    );
  });
});

describe('is refused, without its password:', () => {
  it.each([
    ['no URL', 'canary', /no transport URL/],
    ['another transport', 'kafka://u:canary@mq', /a URL of 'kafka'/],
    ['a # in a password', 'rabbit://u:can#canary@mq', /no transport URL.*# %23/],
    ['a / in a password', 'rabbit://u:12/canary@mq', /@ behind the host/],
    ['a ? in a password', 'rabbit://u:12?canary@mq', /@ behind the host/],
    ['a port that is none', 'rabbit://u:canary@mq:x', /a host or a port/],
    ['a port that is too high', 'rabbit://u:canary@mq:65536', /a host or a port/],
    ['a % that begins no escape', 'rabbit://u:canary%@mq', /begins no escape/],
  ])('%s', (_, url, message) => {
    expect(() => parsed(url)).toThrow(message);
    expect(() => parsed(url)).not.toThrow(/canary/);
    expect(() => parsed(url)).toThrow(
      expect.objectContaining({ name: 'UsageError', cure: expect.not.stringContaining('canary') }),
    );
  });
});
