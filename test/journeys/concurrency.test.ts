import { afterAll, expect, it } from '@jest/globals';
import { TestHome } from '../support/home/cli.ts';

const home = TestHome.clone();
afterAll(() => home.remove());

it('of 32 bootstraps started together all exit 0, one applies, and the rest find nothing to change', async () => {
  expect(await home.run(['up'])).toMatchObject({ code: 0 });
  expect(await home.run(['db', 'sync'])).toMatchObject({ code: 0 });
  const args = ['bootstrap', '--bootstrap-password-stdin', '-f', 'json'];
  const outcomes = await Promise.all(
    Array.from({ length: 32 }, () => home.run(args, { input: 'together-Pw\n' })),
  );
  expect(outcomes.filter(({ code }) => code !== 0)).toEqual([]);
  const applied = outcomes.map(({ stdout }) => (JSON.parse(stdout) as unknown[]).length);
  expect(applied.toSorted((one, other) => other - one)).toEqual([13, ...Array.from({ length: 31 }, () => 0)]);
  expect(await home.query('select from keyward.audit')).toHaveLength(13);
});

it('of 6 commands on an empty machine each starts what the others need only once', async () => {
  const empty = new TestHome();
  try {
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => empty.run(['db', 'sync'])));
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(outcomes.filter(({ stdout }) => stdout.includes('Applied'))).toHaveLength(1);
  } finally {
    await empty.remove();
  }
});
