import path from 'node:path';
import { Builds } from './builds.ts';

/** Runs after `npm pack` has built: it packs folders, not links. */
new Builds(path.dirname(import.meta.dirname)).unlink();
