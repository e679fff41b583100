import path from 'node:path';
import { Builds } from './builds.ts';

/** `npm pack` has just built, and packs folders, not links. */
new Builds(path.dirname(import.meta.dirname)).unlink();
