import { jest } from '@jest/globals';

// Only this sets a project's time-out in jest; real servers on a busy machine need more than 5 s.
jest.setTimeout(300_000);
