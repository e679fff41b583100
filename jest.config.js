const swc = { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } };

/** @type {import('jest').Config} */
const shared = {
  testEnvironment: 'node',
  setupFilesAfterEnv: ['<rootDir>/test/support/timeout.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['@swc/jest', swc] },
};

const layer = (name) => ({
  ...shared,
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
});

/** Their files clone a home that is made once for all of them. */
const layerOfHomes = (name) => ({
  ...layer(name),
  globalSetup: '<rootDir>/test/support/home/template-setup.ts',
  globalTeardown: '<rootDir>/test/support/home/template-teardown.ts',
});

/** Three at a time on two cores, since most files wait for PostgreSQL or Temporal: 370 s instead of 462. */
export default {
  maxWorkers: 3,
  // More commands at once starve each other on such a machine, and Temporal then has not let them in after 5 s.
  maxConcurrency: 3,
  testSequencer: '<rootDir>/test/support/longest-first.js',
  reporters: ['default', '<rootDir>/test/support/slowest-reporter.js'],
  projects: [...['architecture', 'unit'].map(layer), ...['integration', 'journeys'].map(layerOfHomes)],
};

/** The setup also names the folder of the Nova that the files share, and the teardown ends that Nova. */
export const interop = {
  ...layer('interop'),
  globalSetup: '<rootDir>/test/support/interop/run-setup.ts',
  globalTeardown: '<rootDir>/test/support/interop/run-teardown.ts',
  // It needs Debian's packages, and a minute to start: for `npm run stress` only.
  testPathIgnorePatterns: process.env['KEYWARD_STRESS'] ? [] : ['interop/scattered.test.ts'],
  maxWorkers: 2,
  testSequencer: '<rootDir>/test/support/longest-first.js',
  reporters: ['default', '<rootDir>/test/support/slowest-reporter.js'],
};
