import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Outcome } from '../support/home/cli.ts';
import { ExternalTemporal } from '../support/home/external.ts';
import type { OwnDatabase } from '../support/home/own-database.ts';
import { certificate, type Listening, proxyTls, refuseEverybody } from '../support/cloud/tls.ts';

const CA = { TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificate('ca.pem') };
const CLIENT = {
  TEMPORAL_TLS_CLIENT_CERT_PATH: certificate('client.pem'),
  TEMPORAL_TLS_CLIENT_KEY_PATH: certificate('client.key'),
};
const external = new ExternalTemporal();
const proxies: Listening[] = [];

async function bootstrapAt(cloud: OwnDatabase, address: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  const args = ['bootstrap', '--bootstrap-password-stdin', '--inline'];
  return cloud.run(args, { TEMPORAL_ADDRESS: address, ...env });
}

async function expectUsed(address: string, env: NodeJS.ProcessEnv): Promise<void> {
  const cloud = await external.database();
  const { code, stderr } = await bootstrapAt(cloud, address, env);
  expect([stderr, code]).toEqual([expect.stringContaining('apply bootstrap: done'), 0]);
  expect(await cloud.countRoles()).toBe(5);
}

async function expectRefused(why: RegExp, address: string, env: NodeJS.ProcessEnv): Promise<void> {
  const cloud = await external.database();
  const { code, stdout, stderr } = await bootstrapAt(cloud, address, env);
  expect([code, stdout]).toEqual([69, '']);
  expect(stderr).toMatch(
    /^Error: Temporal('s settings| at \S+) can't be used: .+\. Check .*TEMPORAL_\* variables/,
  );
  expect(stderr).toMatch(why);
  expect(await cloud.countRoles()).toBe(0);
}

beforeAll(async () => {
  await external.open();
  for (const mutual of [false, true]) proxies.push(await proxyTls(external.address, { mutual }));
});
afterAll(async () => {
  for (const proxy of proxies) proxy.close();
  await external.home.remove();
});

describe('a Temporal behind TLS', () => {
  it.concurrent('is used by command and worker with its CA', () =>
    expectUsed(proxies[0]!.address, { TEMPORAL_TLS: 'true', ...CA }),
  );

  it.concurrent('and a client certificate, where it asks for one', () =>
    expectUsed(proxies[1]!.address, { ...CA, ...CLIENT }),
  );

  it.concurrent.each<[string, RegExp, number, NodeJS.ProcessEnv]>([
    ['an unknown CA', /certificate/, 0, { TEMPORAL_TLS: 'true' }],
    ['no client certificate', /localhost:\d+/, 1, CA],
    ['no TLS', /localhost:\d+/, 0, {}],
    ['no CA file', /'\/nowhere\/ca.pem'/, 0, { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/nowhere/ca.pem' }],
    ['an unknown profile', /Profile 'nobody' not found/, 0, { TEMPORAL_PROFILE: 'nobody' }],
    ['an unknown namespace', /Namespace nobody is not found/, 0, { TEMPORAL_NAMESPACE: 'nobody', ...CA }],
  ])('is not used with %s', (_, why, proxy, env) => expectRefused(why, proxies[proxy]!.address, env));
});

it('an API key is sent as a bearer token, and told to nobody else', async () => {
  const server = await refuseEverybody();
  const { code, stdout, stderr } = await bootstrapAt(await external.database(), server.address, {
    TEMPORAL_API_KEY: 'canary',
    ...CA,
  });
  server.close();
  expect([code, stdout]).toEqual([69, '']);
  expect(stderr).toContain('Request unauthorized.');
  expect(stderr).not.toContain('canary');
  expect(server.requests.map(({ authorization }) => authorization)).toContain('Bearer canary');
});
