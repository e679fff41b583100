import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestCloud } from '../support/cloud/test-cloud.ts';

const cloud = new TestCloud();

beforeAll(() => cloud.open('ours', 'theirs'));
afterAll(() => cloud.close());

describe('a database that keyward made', () => {
  beforeAll(async () => {
    cloud.keystone.use(cloud.home.urlOf('ours'));
    expect(await cloud.keyward('ours', 'db', 'sync')).toMatchObject({ code: 0 });
    expect(await cloud.bootstrap('ours')).toMatchObject({ code: 0 });
  });

  it('is up to date to keystone-manage db_sync --check', async () => {
    expect(await cloud.keystone.manage('db_sync', '--check')).toMatchObject({ code: 0 });
  });

  it('passes every check of keystone-status, and keyward prints the same table and JSON', async () => {
    const real = await cloud.keystone.status();
    expect(real).toMatchObject({ code: 0, stdout: expect.stringMatching(/(Result: Success[^]*){3}/) });
    const check = ['status', 'upgrade', 'check'];
    expect((await cloud.keyward('ours', ...check)).stdout).toBe(real.stdout);
    expect((await cloud.keyward('ours', ...check, '--json')).stdout).toBe(
      (await cloud.keystone.status('--json')).stdout,
    );
  });

  it('is left as it is by keystone-manage bootstrap', async () => {
    const before = await cloud.everyRow('ours');
    expect(await cloud.manageBootstrap()).toMatchObject({ code: 0 });
    expect(await cloud.everyRow('ours')).toBe(before);
  });
});

describe('a database that keystone-manage made', () => {
  it('needs nothing of keyward, whose check agrees', async () => {
    cloud.keystone.use(cloud.home.urlOf('theirs'));
    expect(await cloud.keystone.manage('db_sync')).toMatchObject({ code: 0 });
    expect(await cloud.manageBootstrap()).toMatchObject({ code: 0 });
    expect(await cloud.bootstrap('theirs', { args: ['--dry-run'] })).toMatchObject({
      code: 0,
      stdout: '[]\n',
    });
    expect(await cloud.keyward('theirs', 'status', 'upgrade', 'check')).toMatchObject({
      code: 0,
      stdout: (await cloud.keystone.status()).stdout,
    });
  });
});
