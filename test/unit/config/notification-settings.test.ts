import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { notificationSettingsOf, notificationVariables } from '../../../src/config/notification-settings.ts';
import { readNovaConfig } from '../../../src/config/nova-options.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-notifications-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function config(text: string, env: NodeJS.ProcessEnv = {}) {
  const file = path.join(dir, 'nova.conf');
  writeFileSync(file, text);
  return readNovaConfig({ configFiles: [file], configDirs: [] }, env);
}
const settings = (text: string, env: NodeJS.ProcessEnv = {}) => notificationSettingsOf(config(text, env));

const FORMAT = '[notifications]\nnotification_format = versioned\n';
const V2 = `${FORMAT}[oslo_messaging_notifications]\ndriver = messagingv2\n`;
const OWN = 'transport_url = rabbit://own:canary@mq.own\n';

describe('the drivers are', () => {
  it.each([
    ['the log where nothing is set', '', ['log']],
    ['the log where only the format is set, to what has versioned ones', FORMAT, ['log']],
    [
      'none where only the format is set, to what has none',
      '[notifications]\nnotification_format=unversioned\n',
      [],
    ],
    ['none by the default format, as for a Nova', '[oslo_messaging_notifications]\ndriver=messagingv2\n', []],
    ['the one that is set', V2, ['messagingv2']],
    ['those that are set', `${V2}driver = log\ndriver = messaging\n`, ['messagingv2', 'log', 'messaging']],
    ['each once', `${V2}driver = messagingv2\n`, ['messagingv2']],
    ['none for noop', `${FORMAT}[oslo_messaging_notifications]\ndriver = noop\n`, []],
    ['none for an empty one', `${FORMAT}[oslo_messaging_notifications]\ndriver =\n`, []],
    [
      'those that are set, with both formats',
      '[notifications]\nnotification_format=both\n[oslo_messaging_notifications]\ndriver = log\n',
      ['log'],
    ],
    [
      'those of the format by its older place',
      '[DEFAULT]\nnotification_format=both\n[oslo_messaging_notifications]\ndriver = log\n',
      ['log'],
    ],
  ])('%s', (_, text, drivers) => expect(settings(text).drivers).toEqual(drivers));

  it('those of the variable, with commas between them', () => {
    const env = { OS_OSLO_MESSAGING_NOTIFICATIONS__DRIVER: 'log, messagingv2' };
    expect(settings(FORMAT, env).drivers).toEqual(['log', 'messagingv2']);
  });
});

describe('notify_on_state_change is', () => {
  it.each([
    ['nothing by default', '', null],
    ['what is set', '[notifications]\nnotify_on_state_change = vm_state\n', 'vm_state'],
    [
      'what is set at its older place',
      '[DEFAULT]\nnotify_on_state_change=vm_and_task_state\n',
      'vm_and_task_state',
    ],
  ])('%s', (_, text, expected) => expect(settings(text).notifyOn).toBe(expected));
});

it.each([
  ['one by default', '', ['versioned_notifications']],
  ['those that are set', '[notifications]\nversioned_notifications_topics = a, b\n', ['a', 'b']],
])('the topics are %s', (_, text, topics) => expect(settings(text).topics).toEqual(topics));

describe('the broker is', () => {
  it.each([
    ['none for the log', '', null],
    ["that of notifications' own URL", `[DEFAULT]\ntransport_url = rabbit://mq.rpc\n${V2}${OWN}`, 'mq.own'],
    ["Nova's without one", `[DEFAULT]\ntransport_url = rabbit://mq.rpc\n${V2}`, 'mq.rpc'],
    [
      "Nova's where the own one is empty",
      `[DEFAULT]\ntransport_url = rabbit://mq.rpc\n${V2}transport_url =\n`,
      'mq.rpc',
    ],
    ['this host where nothing is set', V2, 'localhost'],
  ])('%s', (_, text, hostname) => {
    expect(settings(text).broker?.hosts.map((each) => each.hostname) ?? null).toEqual(hostname && [hostname]);
  });

  it('declared as Nova’s by default', () => {
    expect(settings(`${V2}${OWN}`).broker).toEqual({
      origin: `${path.join(dir, 'nova.conf')} [oslo_messaging_notifications] transport_url`,
      hosts: [{ hostname: 'mq.own', port: 5672, username: 'own', password: 'canary' }],
      virtualHost: '/',
      tls: null,
      exchange: 'nova',
      isDurable: false,
      isAutoDelete: false,
      queueArguments: {},
    });
  });

  const rabbit = (text: string) => settings(`${V2}${OWN}[oslo_messaging_rabbit]\n${text}`).broker;
  it.each([
    ['durable', 'amqp_durable_queues = true', { isDurable: true, queueArguments: {} }],
    ['deleted without consumers', 'amqp_auto_delete = true', { isAutoDelete: true }],
    ['mirrored', 'rabbit_ha_queues = true', { queueArguments: { 'x-ha-policy': 'all' } }],
    [
      'a quorum, and durable',
      'rabbit_quorum_queue = true',
      { isDurable: true, queueArguments: { 'x-queue-type': 'quorum' } },
    ],
    [
      'a quorum with limits',
      'rabbit_quorum_queue = true\nrabbit_quorum_delivery_limit = 3\nrabbit_quorum_max_memory_length = 0',
      { queueArguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 3 } },
    ],
    [
      'reached by TLS',
      'ssl = true\nssl_ca_file = /ca.pem',
      { tls: { caFile: '/ca.pem', certFile: null, keyFile: null } },
    ],
    [
      'reached by TLS of the newest version',
      'ssl = true\nssl_version = SSLv23',
      { tls: { caFile: null, certFile: null, keyFile: null } },
    ],
  ])('%s', (_, text, expected) => expect(rabbit(text)).toMatchObject(expected));

  it('what the URL’s query says, before the section', () => {
    const text = `${V2}transport_url = rabbit://mq/?ssl=1&amqp_durable_queues=true\n[oslo_messaging_rabbit]\nssl = false\n`;
    expect(settings(text).broker).toMatchObject({ isDurable: true, tls: { caFile: null } });
  });

  it('on the exchange that is set', () => {
    expect(settings(`[DEFAULT]\ncontrol_exchange = other\n${V2}`).broker).toMatchObject({
      exchange: 'other',
    });
  });
});

describe('is refused, without a password:', () => {
  it.each([
    [
      'a driver that keyward has not',
      `${FORMAT}[oslo_messaging_notifications]\ndriver = routing\n`,
      /no notification driver 'routing'/,
    ],
    [
      'a format that is none',
      '[notifications]\nnotification_format = xml\n',
      /none of: both, versioned, unversioned/,
    ],
    ['a URL that is none', `${V2}transport_url = canary\n`, /no transport URL/],
    [
      'a parameter of the URL that is unknown',
      `${V2}transport_url = rabbit://u:canary@mq/?heartbeat=1\n`,
      /a parameter 'heartbeat'/,
    ],
    [
      'a parameter of the URL that is none',
      `${V2}transport_url = rabbit://u:canary@mq/?ssl=maybe\n`,
      /parameter ssl is neither/,
    ],
    [
      'a version of TLS',
      `${V2}${OWN}[oslo_messaging_rabbit]\nssl=1\nssl_version=TLSv1\n`,
      /ssl_version .* TLSv1/,
    ],
    [
      'a queue of two kinds',
      `${V2}${OWN}[oslo_messaging_rabbit]\nrabbit_ha_queues=1\nrabbit_quorum_queue=1\n`,
      /both set/,
    ],
  ])('%s', (_, text, message) => {
    expect(() => settings(text)).toThrow(message);
    expect(() => settings(text)).toThrow(expect.objectContaining({ name: 'UsageError' }));
    expect(() => settings(text)).not.toThrow(/canary/);
  });

  it.each([
    ['a driver that is not used', '[oslo_messaging_notifications]\ndriver = routing\n'],
    ['a URL that is not used', '[DEFAULT]\ntransport_url = fake:/\n'],
  ])('but not %s', (_, text) => expect(() => settings(text)).not.toThrow());
});

it('a worker that has only the variables reads the same from them', () => {
  const text = [
    '[DEFAULT]\ntransport_url = rabbit://u:p$$1%40@a:1,v:q@b/v?ssl=1',
    `${V2}driver = log\n[oslo_messaging_rabbit]\namqp_durable_queues = yes\nssl_ca_file = /ca.pem\n`,
    '[notifications]\nversioned_notifications_topics = a, b\nnotify_on_state_change = vm_state\n',
  ].join('\n');
  const inFile = settings(text);
  const handedOver = notificationSettingsOf(
    readNovaConfig({ configFiles: [], configDirs: [] }, notificationVariables(config(text))),
  );
  expect(inFile.broker?.hosts[0]!.password).toBe('p$1@');
  expect(handedOver).toEqual({
    ...inFile,
    broker: { ...inFile.broker, origin: 'OS_DEFAULT__TRANSPORT_URL' },
  });
  expect(notificationVariables(config(''))).toEqual({});
});
