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

/** Two at a time: most suites wait for PostgreSQL or Temporal, and a small CI machine has two cores. */
export default {
  maxWorkers: 2,
  projects: ['architecture', 'unit', 'integration', 'journeys'].map(layer),
};

export const interop = { ...layer('interop'), maxWorkers: 2 };
