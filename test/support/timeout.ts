import { jest } from '@jest/globals';

// jest takes a project's `testTimeout` from nowhere else; real servers on a busy machine need more than 5 s.
jest.setTimeout(300_000);
