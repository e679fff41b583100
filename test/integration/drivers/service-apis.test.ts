import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { askVersion, at, guide, refusalOf } from '../../support/cloud/asked-services.ts';
import type { Section } from '../../support/conf-file.ts';
import { PASSWORD, PlayedCloud, TOKEN } from '../../support/cloud/played-cloud.ts';
import { until } from '../../support/home/cli.ts';

let cloud: PlayedCloud;
beforeEach(async () => {
  cloud = await PlayedCloud.start();
});
afterEach(() => cloud.close());

const askPlacement = (changed: Section = {}) =>
  askVersion('placement', { placement: { ...guide(cloud.url), ...changed } });
const askCinder = (changed: Section = {}) =>
  askVersion('cinder', { cinder: { ...guide(cloud.url), ...changed } });

describe('a service is asked as nova.conf says', () => {
  it.each<[string, Section]>([
    ['as an installation guide has it', {}],
    ['at the URL of version 3', { auth_url: 'URL/identity/v3' }],
    ['at a URL with a slash at its end', { auth_url: 'URL/identity/v3/' }],
    ['with v3password', { auth_type: 'v3password' }],
    ['with v3password at the URL of version 3', { auth_type: 'v3password', auth_url: 'URL/identity/v3' }],
    ['at another interface', { valid_interfaces: 'admin,public' }],
    ['in a region', { region_name: 'RegionOne' }],
    ['by the name of the service', { service_name: 'placement' }],
    ['at an endpoint of its own', { endpoint_override: 'URL/placement', region_name: 'none' }],
    ['at an endpoint with a slash', { endpoint_override: 'URL/placement/' }],
    ['with a time-out', { timeout: '0.5' }],
  ])('%s', async (_, changed) => {
    expect(await askPlacement(at(cloud.url, changed))).toBe('1.39');
    expect(cloud.requests.at(-1)).toMatchObject({ path: '/placement/', headers: { 'x-auth-token': TOKEN } });
  });

  const user = { password: PASSWORD };
  it.each<[string, Section, object]>([
    [
      'names',
      {},
      {
        user: { ...user, name: 'nova', domain: { name: 'Default' } },
        scope: { project: { name: 'service', domain: { name: 'Default' } } },
      },
    ],
    [
      'ids',
      { user_id: 'u1', project_id: 'p1' },
      { user: { ...user, id: 'u1' }, scope: { project: { id: 'p1' } } },
    ],
    [
      'ids of domains',
      { user_domain_id: 'default', project_domain_id: 'default' },
      {
        user: { ...user, name: 'nova', domain: { id: 'default' } },
        scope: { project: { name: 'service', domain: { id: 'default' } } },
      },
    ],
    [
      'a domain',
      { project_name: '', domain_name: 'Default' },
      { user: expect.anything(), scope: { domain: { name: 'Default' } } },
    ],
    [
      'the system',
      { project_name: '', system_scope: 'all' },
      { user: expect.anything(), scope: { system: { all: true } } },
    ],
    [
      'a trust',
      { project_name: '', trust_id: 't1' },
      { user: expect.anything(), scope: { 'OS-TRUST:trust': { id: 't1' } } },
    ],
    [
      'a default domain',
      { user_domain_name: '', project_domain_name: '', default_domain_id: 'default' },
      {
        user: { ...user, name: 'nova', domain: { id: 'default' } },
        scope: { project: { name: 'service', domain: { id: 'default' } } },
      },
    ],
    [
      'the older names',
      { username: '', project_name: '', 'user-name': 'n2', 'tenant-id': 'p2' },
      { user: expect.anything(), scope: { project: { id: 'p2' } } },
    ],
  ])(
    'who logs in, and for what, is told to Keystone by %s',
    async (_, changed, { user: whom, scope }: any) => {
      const set = Object.fromEntries(
        Object.entries({ ...guide(cloud.url), ...changed }).filter(([, value]) => value !== ''),
      );
      expect(await askVersion('placement', { placement: set })).toBe('1.39');
      expect(cloud.logins).toEqual([
        { auth: { identity: { methods: ['password'], password: { user: whom } }, scope } },
      ]);
    },
  );

  it.each([
    ['at the same path', '/identity/v3/'],
    ['at a path of its own', '/v3'],
    ['without a path', ''],
  ])("by auth_url's own server, where its versions link to another one %s", async (_, path) => {
    const other = await PlayedCloud.start();
    const links = [{ rel: 'self', href: `${other.url}${path}` }];
    cloud.play({ '/identity': { body: { versions: { values: [{ id: 'v3.14', links }] } } } });
    const version = await askPlacement().finally(() => other.close());
    expect(version).toBe('1.39');
    expect(cloud.logins).toHaveLength(1);
    expect(other.requests).toEqual([]);
  });

  it.each(['v3', '/identity/v3/'])('by the relative link %s', async (href) => {
    const links = [{ rel: 'self', href }];
    cloud.play({ '/identity': { body: { versions: { values: [{ id: 'v3.14', links }] } } } });
    expect(await askPlacement()).toBe('1.39');
  });

  it.each(['http://[', 'mailto:', '//'])('not by %s, which is no link', async (href) => {
    const links = [{ rel: 'self', href }];
    cloud.play({ '/identity': { body: { versions: { values: [{ id: 'v3.14', links }] } } } });
    expect(await refusalOf(askPlacement())).toMatchObject({ problem: 'discovery-failed' });
    expect(cloud.logins).toEqual([]);
  });

  it('with the credentials of another section', async () => {
    const sections = { placement: { auth_section: 'service_auth' }, service_auth: guide(cloud.url) };
    expect(await askVersion('placement', sections)).toBe('1.39');
    expect(await askVersion('cinder', { ...sections, cinder: { auth_section: 'service_auth' } })).toBe(
      '3.71',
    );
  });

  it('with a password from the environment', async () => {
    const { password: _, ...others } = guide(cloud.url);
    const env = { OS_PLACEMENT__PASSWORD: PASSWORD };
    expect(await askVersion('placement', { placement: others }, { env })).toBe('1.39');
  });

  it('with a token, or none, at an endpoint of its own', async () => {
    const endpoint = `${cloud.url}/placement`;
    expect(
      await askVersion('placement', { placement: { auth_type: 'admin_token', endpoint, token: TOKEN } }),
    ).toBe('1.39');
    expect(cloud.requests.at(-1)?.headers['x-auth-token']).toBe(TOKEN);
    expect(await askVersion('placement', { placement: { auth_type: 'none', endpoint } })).toBe('1.39');
    expect(await askVersion('placement', { placement: { endpoint_override: endpoint } })).toBe('1.39');
    expect(cloud.requests.at(-1)?.headers['x-auth-token']).toBeUndefined();
  });

  it.each<[string, Section]>([
    ['the catalog', {}],
    ['the official name of its type', { catalog_info: 'block-storage:cinder:internalURL' }],
    ['a template', { endpoint_template: 'URL/volume/v3/%(project_id)s', catalog_info: 'none::publicURL' }],
  ])('Cinder by %s, in front of its version', async (_, changed) => {
    expect(await askCinder(at(cloud.url, changed))).toBe('3.71');
    expect(cloud.requests.at(-1)?.path).toBe('/volume/');
  });

  it('Cinder with a token of the service user beside it, where Nova sends one', async () => {
    const sections = {
      cinder: guide(cloud.url),
      service_user: { ...guide(cloud.url), send_service_user_token: true },
    };
    expect(await askVersion('cinder', sections)).toBe('3.71');
    expect(cloud.requests.at(-1)?.headers).toMatchObject({ 'x-service-token': TOKEN });
    const wrong = { ...sections, service_user: { ...sections.service_user, password: 'canary-wrong' } };
    expect(await refusalOf(askVersion('cinder', wrong))).toMatchObject({ problem: 'unauthorized' });
  });

  it('again where a connection is cut off, as often as connect_retries says', async () => {
    const flaky = await PlayedCloud.start({ cutOff: 1 });
    try {
      expect(await askVersion('placement', { placement: { ...guide(flaky.url), connect_retries: 1 } })).toBe(
        '1.39',
      );
    } finally {
      flaky.close();
    }
  });

  it('where a server sends it elsewhere on itself', async () => {
    cloud.play({
      '/identity': { status: 302, headers: { location: '/identity/' } },
      '/identity/': {
        status: 300,
        body: { versions: { values: [{ id: 'v3.14', links: [{ rel: 'self', href: `/identity/v3` }] }] } },
      },
      '/placement/': { status: 308, headers: { location: `${cloud.url}/moved` } },
      '/moved': { body: { versions: [{ max_version: '1.38' }] } },
    });
    expect(await askPlacement()).toBe('1.38');
  });

  it('and keeps no connection', async () => {
    await askPlacement();
    await askCinder();
    expect(cloud.requests.length).toBeGreaterThan(4);
    // The server sees an end a moment after it.
    await until(() => cloud.sockets.size === 0);
  });
});
