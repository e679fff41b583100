import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiError } from '../../../src/rules/compute/service-apis.ts';
import { askVersion, at, guide, refusalOf, SOON_MS } from '../../support/cloud/asked-services.ts';
import type { Section } from '../../support/conf-file.ts';
import { PASSWORD, type Played, PlayedCloud, tokenWith } from '../../support/cloud/played-cloud.ts';
import { freePort } from '../../support/free-port.ts';

const TOKENS = '/identity/v3/auth/tokens';

let cloud: PlayedCloud;
beforeEach(async () => {
  cloud = await PlayedCloud.start();
});
afterEach(() => cloud.close());

const askPlacement = (changed: Section = {}, deadlineMs?: number) =>
  askVersion('placement', { placement: { ...guide(cloud.url), ...changed } }, { deadlineMs });
const askCinder = (changed: Section = {}) =>
  askVersion('cinder', { cinder: { ...guide(cloud.url), ...changed } });

const html: Played = { body: '<html>canary It works!</html>' };
const PLACEMENT = '/placement/';

describe('what is not as it should be has a name', () => {
  it.each<[string, Record<string, Played>, string, RegExp]>([
    [
      'Keystone refuses the token',
      { [PLACEMENT]: { status: 401, body: {} } },
      'unauthorized',
      /refused the token/,
    ],
    ['Placement is not there', { [PLACEMENT]: { status: 404, body: {} } }, 'not-found', /HTTP 404/],
    ['Placement answers HTML', { [PLACEMENT]: html }, 'other', /HTTP 200 and text\/html, which is not/],
    ['Placement answers nothing', { [PLACEMENT]: { body: '' } }, 'other', /HTTP 200/],
    ['Placement answers null', { [PLACEMENT]: { body: null } }, 'other', /HTTP 200 and application\/json/],
    ['Placement answers no JSON', { [PLACEMENT]: { body: '{"versions": [' } }, 'other', /HTTP 200/],
    ['Placement has no versions', { [PLACEMENT]: { body: { versions: [] } } }, 'other', /HTTP 200/],
    [
      'Placement has a strange version',
      { [PLACEMENT]: { body: { versions: [{ max_version: 'canary' }] } } },
      'other',
      /HTTP 200/,
    ],
    [
      'Placement has a list of nulls',
      { [PLACEMENT]: { body: { versions: [null, 3] } } },
      'other',
      /HTTP 200/,
    ],
    ['Placement fails', { [PLACEMENT]: { status: 500, body: 'canary' } }, 'other', /HTTP 500/],
    ['Placement is kept away', { [PLACEMENT]: { status: 503, body: {} } }, 'other', /HTTP 503/],
    ['Placement hangs', { [PLACEMENT]: { hangs: 'before' } }, 'other', /did not answer within the 0\.7 s/],
    [
      'Placement stops in its answer',
      { [PLACEMENT]: { body: {}, hangs: 'within' } },
      'other',
      /did not answer within the 0\.7 s/,
    ],
    [
      'Placement sends it to another server',
      { [PLACEMENT]: { status: 302, headers: { location: 'http://evil.example/canary' } } },
      'other',
      /redirects to http:\/\/evil\.example\.$/,
    ],
    [
      'Placement sends it round',
      { [PLACEMENT]: { status: 302, headers: { location: '/placement/' } } },
      'other',
      /redirects too often/,
    ],
    [
      'Placement sends it to nowhere',
      { [PLACEMENT]: { status: 302, headers: { location: 'http://[canary' } } },
      'other',
      /redirects to what is no URL/,
    ],
    [
      'Keystone does not say where it is',
      { '/identity': html },
      'discovery-failed',
      /does not say where its version 3 is/,
    ],
    ['Keystone is not there', { '/identity': { status: 404, body: {} } }, 'discovery-failed', /HTTP 404/],
    [
      'Keystone has only version 2',
      { '/identity': { body: { versions: { values: [{ id: 'v2.0', links: [] }] } } } },
      'discovery-failed',
      /version 3/,
    ],
    ['Keystone hangs', { '/identity': { hangs: 'before' } }, 'discovery-failed', /did not answer within/],
    [
      'Keystone has no tokens',
      { [TOKENS]: { status: 404, body: {} } },
      'discovery-failed',
      /Keystone is not at/,
    ],
    [
      'Keystone finds the request wrong',
      { [TOKENS]: { status: 400, body: { error: { message: PASSWORD } } } },
      'other',
      /HTTP 400/,
    ],
    ['Keystone fails', { [TOKENS]: { status: 500, body: PASSWORD } }, 'other', /HTTP 500 and text\/html/],
    ['Keystone answers HTML', { [TOKENS]: html }, 'other', /HTTP 200 and text\/html/],
    ['Keystone gives no token', { [TOKENS]: { status: 201, body: { token: {} } } }, 'other', /HTTP 201/],
    ['Keystone hangs at the login', { [TOKENS]: { hangs: 'before' } }, 'other', /did not answer within/],
    ['the token has no catalog', { [TOKENS]: tokenWith() }, 'endpoint-missing', /no catalog/],
    [
      'the catalog is empty',
      { [TOKENS]: tokenWith([]) },
      'endpoint-missing',
      /has no internal or public endpoint/,
    ],
    [
      'the catalog is nonsense',
      { [TOKENS]: tokenWith([null, { type: 'placement', endpoints: 'canary' }]) },
      'endpoint-missing',
      /has no internal/,
    ],
    [
      'the endpoint is no URL',
      { [TOKENS]: tokenWith([{ type: 'placement', endpoints: [{ interface: 'public', url: 'canary' }] }]) },
      'other',
      /is no http or https URL/,
    ],
  ])('%s', async (_, plays, problem, why) => {
    cloud.play(plays);
    const hangs = Object.values(plays).some((played) => played.hangs);
    const started = performance.now();
    const error = await refusalOf(askPlacement({}, hangs ? SOON_MS : undefined));
    expect(error).toMatchObject({ problem, message: expect.stringMatching(why) });
    if (hangs) expect(performance.now() - started).toBeLessThan(SOON_MS + 1000);
  });

  it.each<[string, Section, string, RegExp]>([
    [
      'a wrong password',
      { password: 'canary-wrong' },
      'unauthorized',
      /refused the user and password of section \[placement\]/,
    ],
    ['another region', { region_name: 'Elsewhere' }, 'endpoint-missing', /in region Elsewhere/],
    [
      'another interface',
      { valid_interfaces: 'nowhere' },
      '',
      /'nowhere' is none of: public, internal, admin/,
    ],
    ['another service', { service_type: 'metering' }, 'endpoint-missing', /of metering/],
    ['two scopes', { system_scope: 'all' }, 'other', /several things at once/],
    ['an unknown system', { project_name: '', system_scope: 'half' }, 'other', /Keystone knows only all/],
    ['an empty password', { password: '' }, 'unauthorized', /refused the user and password/],
    ['an empty auth_url', { auth_url: '' }, 'endpoint-missing', /auth_url is no http or https URL/],
    [
      'an auth_url that is none',
      { auth_url: 'keystone:5000/canary' },
      'endpoint-missing',
      /auth_url is no http or https URL/,
    ],
    ['an empty auth_type', { auth_type: '' }, 'no-credentials', /has an empty auth_type/],
    ['another auth_type', { auth_type: 'v3kerberos' }, 'other', /auth_type = v3kerberos/],
    [
      'a time-out',
      { timeout: '0.2', auth_url: 'HANG' },
      'discovery-failed',
      /within 0\.2 s, which is the timeout/,
    ],
  ])('%s', async (_, changed, problem, why) => {
    cloud.play({ '/hang': { hangs: 'before' } });
    const auth = changed['auth_url'] === 'HANG' ? { auth_url: `${cloud.url}/hang` } : {};
    const error = await refusalOf(askPlacement({ ...changed, ...auth }));
    expect(error.message).toMatch(why);
    expect(error.problem ?? '').toBe(problem);
  });

  it.each<[string, Section, Record<string, Played>, string, RegExp]>([
    [
      'Cinder of version 2 in the catalog',
      { endpoint_template: 'URL/volume/v2/%(project_id)s' },
      {},
      'other',
      /does not support Cinder API version 2/,
    ],
    ['catalog_info of another form', { catalog_info: 'volumev3' }, {}, '', /is not TYPE:NAME:INTERFACE/],
    ['Cinder that answers HTML', {}, { '/volume/': html }, 'other', /text\/html/],
    ['Cinder that is not there', {}, { '/volume/': { status: 404, body: {} } }, 'not-found', /HTTP 404/],
    [
      'Cinder that is not in the catalog',
      { catalog_info: 'sharev2::publicURL' },
      {},
      'endpoint-missing',
      /sharev2/,
    ],
  ])('%s', async (_, changed, plays, problem, why) => {
    cloud.play(plays);
    const error = await refusalOf(askCinder(at(cloud.url, changed)));
    expect(error.message).toMatch(why);
    expect(error.problem ?? '').toBe(problem);
  });

  it.each([
    ['auth_type', 'not-configured'],
    ['auth_url', 'other'],
    ['password', 'other'],
  ])('a section without %s', async (key, problem) => {
    const { [key]: _, ...section } = guide(cloud.url);
    const error = await refusalOf(askVersion('placement', { placement: section }));
    expect(error).toMatchObject({ problem, message: `Section [placement] of nova.conf has no ${key}.` });
  });

  it('a Cinder without version 3 is one of version 2', async () => {
    for (const versions of [[], [{ id: 'v2.0', version: '' }], [null, {}]]) {
      cloud.play({ '/volume/': { body: { versions } } });
      expect(await askCinder()).toBe('2.0');
    }
  });

  it('a port where nobody listens, and a host that is not there', async () => {
    const nobody = `http://localhost:${await freePort()}`;
    const error = await refusalOf(askVersion('placement', { placement: { endpoint_override: nobody } }));
    expect(error).toMatchObject({
      problem: 'other',
      message: expect.stringContaining(`Placement at ${nobody}/ can't be asked: `),
    });
    const lost = await refusalOf(
      askVersion('placement', { placement: { endpoint_override: 'http://no-such-host.invalid' } }),
    );
    expect(lost.message).toMatch(/can't be asked: getaddrinfo/);
    expect(await refusalOf(askVersion('placement', { placement: guide(nobody) }))).toMatchObject({
      problem: 'discovery-failed',
    });
  });

  it.each(['http', 'https'])('a server that takes %s connections and says nothing', async (scheme) => {
    const hole = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => hole.once('listening', resolve));
    const { port } = hole.address() as AddressInfo;
    const error = await refusalOf(
      askVersion(
        'placement',
        { placement: { endpoint_override: `${scheme}://localhost:${port}` } },
        { deadlineMs: SOON_MS },
      ),
    );
    expect(error.message).toMatch(/did not answer within the 0\.7 s/);
    hole.close();
  });

  it('a user and a password in a URL are shown to nobody', async () => {
    const { port } = new URL(cloud.url);
    cloud.play({ '/placement/': { status: 500, body: {} } });
    const error = await refusalOf(
      askVersion('placement', {
        placement: { endpoint_override: `http://user:canary@localhost:${port}/placement?canary=1` },
      }),
    );
    expect(error).toBeInstanceOf(ApiError);
    expect(error.message).toContain(`http://localhost:${port}/placement/`);
  });
});
