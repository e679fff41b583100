import path from 'node:path';
import { Builds } from './builds.ts';

/** Runs after `npm pack` has built, since it packs folders, not links; `pack.ts after` makes the link again. */
const builds = new Builds(path.dirname(import.meta.dirname));
if (process.argv[2] === 'after') builds.relink();
else builds.unlink();
