import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CINDER, PLACEMENT, runComputeCheck } from '../support/checks/compute-suite.ts';
import { apisOf, at, guide, withConf } from '../support/cloud/asked-services.ts';
import type { Section, Sections } from '../support/conf-file.ts';
import { catalogOf, type Played, PlayedCloud, tokenWith } from '../support/cloud/played-cloud.ts';
import { certificate } from '../support/cloud/tls.ts';
import { NovaApiChecks, type Verdict } from '../support/interop/nova-apis.ts';

const TOKENS = '/identity/v3/auth/tokens';
const pem = (name: string): string => certificate(`postgres/${name}`);

let nova: NovaApiChecks;
let cloud: PlayedCloud;
beforeAll(async () => {
  nova = await NovaApiChecks.start();
});
beforeEach(async () => {
  cloud = await PlayedCloud.start();
});
afterEach(() => cloud.close());
afterAll(() => nova.close());

type Both = Record<
  'placement' | 'cinder',
  { theirs: Verdict; ours: { code: number; details: string | null } }
>;

/** Gives what both say of the services, with the same `nova.conf`. */
const judge = (sections: Sections): Promise<Both> =>
  withConf(sections, async (file) => {
    const theirs = await nova.judge(file);
    const apis = () => apisOf(file);
    const [placement, cinder] = await Promise.all([
      runComputeCheck(PLACEMENT, { apis }),
      runComputeCheck(CINDER, { apis }),
    ]);
    return {
      placement: { theirs: theirs.placement, ours: placement },
      cinder: { theirs: theirs.cinder, ours: cinder },
    };
  });

const ABSENT = '(no line)';

/** Both services are reached in the same way, but for what a test changes. */
const both = (changed: Section = {}): Sections => {
  const all = Object.entries(at(cloud.url, { ...guide(cloud.url), ...changed }));
  const section = Object.fromEntries(all.filter(([, value]) => value !== ABSENT));
  return { placement: section, cinder: section };
};

/** The exceptions have words of their own in keyward. */
const CINDERS_OWN = 'Unable to determine Cinder API version due to error: ';
const asSaid = (details: string | null): string | null =>
  details?.startsWith(CINDERS_OWN) ? CINDERS_OWN : details;

function expectAgreement({ theirs, ours }: Both['placement']): void {
  if ('crash' in theirs) {
    expect(ours).toMatchObject({ code: 2, details: expect.stringMatching(/^This could not be checked\. /) });
    return;
  }
  expect({ code: ours.code, details: asSaid(ours.details) }).toEqual({
    code: theirs.code,
    details: asSaid(theirs.details),
  });
}

const html: Played = { body: '<html>It works!</html>' };
const old = (version: string): Played => ({ body: { versions: [{ max_version: version, version }] } });
const PATHS = ['/placement/', '/volume/'];
const onBoth = (played: Played): Record<string, Played> =>
  Object.fromEntries(PATHS.map((path) => [path, played]));

describe('Placement and Cinder, as Nova itself finds them:', () => {
  it.each<[string, Section, Record<string, Played>?]>([
    ['as an installation guide has it', {}],
    ['at the URL of version 3', { auth_url: 'URL/identity/v3' }],
    ['with v3password', { auth_type: 'v3password' }],
    ['with v3password at the URL of version 3', { auth_type: 'v3password', auth_url: 'URL/identity/v3' }],
    ['in a region', { region_name: 'RegionOne', os_region_name: 'RegionOne' }],
    ['in a region that is not there', { region_name: 'Two', os_region_name: 'Two' }],
    ['at another interface', { valid_interfaces: 'admin,public', catalog_info: 'volumev3::admin' }],
    ['at no interface', { valid_interfaces: '', catalog_info: 'volumev3::' }],
    ['at an interface that is not there', { valid_interfaces: 'x', catalog_info: 'volumev3::x' }],
    [
      'at URLs of their own',
      { endpoint_override: 'URL/placement', endpoint_template: 'URL/volume/v3/%(project_id)s' },
    ],
    ['by the name of the service', { service_name: 'placement', catalog_info: 'volumev3:cinder:publicURL' }],
    ['by another name of the service', { service_name: 'x', catalog_info: 'volumev3:x:publicURL' }],
    ['by the official type', { catalog_info: 'block-storage::publicURL' }],
    ['by an older type', { catalog_info: 'volume::publicURL' }],
    ['of version 2', { endpoint_template: 'URL/volume/v2/x' }],
    ['with a wrong password', { password: 'wrong' }],
    ['with a system scope', { project_name: '', system_scope: 'all' }],
    ['with two scopes', { system_scope: 'all' }],
    ['without auth_type', { auth_type: ABSENT }],
    ['with an empty auth_type', { auth_type: '' }],
    ['without a password', { password: ABSENT }],
    ['with an empty password', { password: '' }],
    ['without auth_url', { auth_url: ABSENT }],
    ['with an empty auth_url', { auth_url: '' }],
    ['with an auth_url without a scheme', { auth_url: 'localhost:5000/v3' }],
    ['with an auth_url where nothing is', { auth_url: 'URL/nothing' }],
    [
      'with none at URLs of their own',
      { auth_type: 'none', endpoint_override: 'URL/placement', endpoint_template: 'URL/volume/v3' },
    ],
    ['with none and no URL', { auth_type: 'none' }],
    ['with a token at a URL', { auth_type: 'admin_token', token: 'x', endpoint: 'URL/placement' }],
    ['too old', {}, onBoth(old('1.35'))],
    ['too old by a digit that is greater', {}, onBoth(old('1.9'))],
    ['that are not there', {}, onBoth({ status: 404, body: {} })],
    ['that refuse the token', {}, onBoth({ status: 401, body: {} })],
    ['that fail', {}, onBoth({ status: 500, body: {} })],
    ['that answer HTML', {}, onBoth(html)],
    ['that answer nothing', {}, onBoth({ body: '' })],
    ['that have no versions', {}, onBoth({ body: { versions: [] } })],
    ['whose Keystone answers HTML', {}, { '/identity': html }],
    ['whose Keystone has tokens without a catalog', {}, { [TOKENS]: tokenWith() }],
    ['whose Keystone has an empty catalog', {}, { [TOKENS]: tokenWith([]) }],
    ['whose Keystone finds the request wrong', {}, { [TOKENS]: { status: 400, body: {} } }],
    ['whose Keystone fails', {}, { [TOKENS]: { status: 503, body: {} } }],
    ['whose Keystone gives no token', {}, { [TOKENS]: { status: 201, body: {} } }],
  ])('%s', async (_, changed, plays = {}) => {
    cloud.play(plays);
    const { placement, cinder } = await judge(both(changed));
    expectAgreement(placement);
    expectAgreement(cinder);
  });

  it.each([
    ['right.pem', true],
    ['right.pem', false],
    ['other-name.pem', true],
    ['expired.pem', true],
  ])('behind the certificate %s, with its authority named: %p', async (named, isNamed) => {
    const secured = await PlayedCloud.start({ certificate: named });
    try {
      const section = { ...guide(secured.url), ...(isNamed && { cafile: pem('ca.pem') }) };
      const { placement, cinder } = await judge({ placement: section, cinder: section });
      expectAgreement(placement);
      expectAgreement(cinder);
      expect(placement.ours.code).toBe(named === 'right.pem' && isNamed ? 0 : 2);
    } finally {
      secured.close();
    }
  });

  it('behind a service user whose password is wrong', async () => {
    const wrong = { ...guide(cloud.url), password: 'wrong', send_service_user_token: true };
    const { placement, cinder } = await judge({ ...both(), service_user: wrong });
    expectAgreement(placement);
    expectAgreement(cinder);
    expect(cinder.ours.code).toBe(1);
  });

  it('with the credentials of [service_user]', async () => {
    const { placement } = await judge({
      placement: { auth_section: 'service_user' },
      service_user: guide(cloud.url),
    });
    expectAgreement(placement);
    expect(placement.ours.code).toBe(0);
  });

  it('of two types in the catalog', async () => {
    const [identity, placement] = catalogOf(cloud.url);
    const face = (url: string) => [{ interface: 'public', region_id: 'R', region: 'R', url }];
    const types = [
      { type: 'volumev3', name: 'cinder', endpoints: face(`${cloud.url}/volume/v3`) },
      { type: 'block-storage', name: 'cinder', endpoints: face(`${cloud.url}/nowhere/v3`) },
    ];
    cloud.play({ [TOKENS]: tokenWith([identity, placement, ...types]) });
    for (const type of ['volumev3', 'block-storage'])
      expectAgreement((await judge(both({ catalog_info: `${type}::publicURL` }))).cinder);
  });
});

describe('where keyward knows better:', () => {
  it('Cinder whose credentials are in another section is asked, where nova-status takes it for none', async () => {
    cloud.play({ '/volume/': { status: 404, body: {} } });
    const { cinder } = await judge({
      cinder: { auth_section: 'service_user' },
      service_user: guide(cloud.url),
    });
    expect(cinder.theirs).toMatchObject({ code: 0 });
    expect(cinder.ours).toMatchObject({ code: 1 });
  });
});
