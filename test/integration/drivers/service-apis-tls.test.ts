import { describe, expect, it } from '@jest/globals';
import { askVersion, guide, refusalOf } from '../../support/cloud/asked-services.ts';
import { PlayedCloud } from '../../support/cloud/played-cloud.ts';
import { certificate } from '../../support/cloud/tls.ts';

const pem = (name: string): string => certificate(`postgres/${name}`);

describe('TLS', () => {
  const cafile = pem('ca.pem');
  const secured = async <T>(
    options: Parameters<typeof PlayedCloud.start>[0],
    use: (server: PlayedCloud) => Promise<T>,
  ): Promise<T> => {
    const server = await PlayedCloud.start(options);
    return use(server).finally(() => server.close());
  };

  it('is trusted by cafile', async () => {
    const version = secured({ certificate: 'right.pem' }, ({ url }) =>
      askVersion('placement', { placement: { ...guide(url), cafile } }),
    );
    expect(await version).toBe('1.39');
  });

  it("is kept where Keystone's links are of plain HTTP, as behind a proxy that ends TLS", async () => {
    const server = await PlayedCloud.start({ certificate: 'right.pem' });
    const links = [{ rel: 'self', href: `${server.url.replace('https', 'http')}/identity/v3/` }];
    server.play({ '/identity': { body: { versions: { values: [{ id: 'v3.14', links }] } } } });
    const version = askVersion('placement', { placement: { ...guide(server.url), cafile } });
    expect(await version.finally(() => server.close())).toBe('1.39');
  });

  it('has a certificate to show, where one is asked for', async () => {
    const shown = { cafile, certfile: pem('client.pem'), keyfile: pem('client.key') };
    await secured({ certificate: 'right.pem', mutual: true }, async ({ url }) => {
      expect(await askVersion('placement', { placement: { ...guide(url), ...shown } })).toBe('1.39');
      expect(
        await refusalOf(askVersion('placement', { placement: { ...guide(url), cafile } })),
      ).toMatchObject({ problem: 'discovery-failed' });
    });
  });

  it('is not checked with insecure', async () => {
    const version = secured({ certificate: 'other-name.pem' }, ({ url }) =>
      askVersion('placement', { placement: { ...guide(url), insecure: true } }),
    );
    expect(await version).toBe('1.39');
  });

  it.each([
    ['of another host', 'other-name.pem', { cafile }, /Hostname\/IP does not match certificate's altnames/],
    ['that has expired', 'expired.pem', { cafile }, /certificate has expired/],
    [
      'of an authority that is not named',
      'right.pem',
      {},
      /unable to (get local issuer|verify the first) certificate/,
    ],
    [
      'of another authority',
      'by-other-ca.pem',
      { cafile },
      /unable to (get local issuer|verify the first) certificate|signature/,
    ],
  ])('with a certificate %s is refused', async (_, named, changed, why) => {
    await secured({ certificate: named }, async ({ url, requests }) => {
      const error = await refusalOf(askVersion('placement', { placement: { ...guide(url), ...changed } }));
      expect(error).toMatchObject({ problem: 'discovery-failed', cure: expect.stringContaining('cafile') });
      expect(error.message).toContain(`TLS with Keystone at ${url}/identity failed: `);
      expect(error.message).toMatch(why);
      const direct = { endpoint_override: `${url}/placement` };
      const placement = await refusalOf(askVersion('placement', { placement: { ...direct, ...changed } }));
      expect(placement).toMatchObject({ problem: 'other' });
      expect(placement.message).toContain(`TLS with Placement at ${url}/placement/ failed: `);
      expect(requests).toEqual([]);
    });
  });

  it('with a cafile that holds no certificate is refused', async () => {
    const asked = secured({ certificate: 'right.pem' }, ({ url }) =>
      askVersion('placement', { placement: { endpoint_override: url, cafile: pem('server.key') } }),
    );
    expect((await refusalOf(asked)).message).toMatch(/^TLS with Placement at https:\S+ failed: /);
  });

  it('with a cafile that is not there names it', async () => {
    const asked = secured({ certificate: 'right.pem' }, ({ url }) =>
      askVersion('placement', { placement: { endpoint_override: url, cafile: '/no/such.pem' } }),
    );
    expect((await refusalOf(asked)).message).toMatch(
      /^\/no\/such\.pem, which \[placement\] cafile .* can't be read/,
    );
  });
});
