import path from 'node:path';

/** The order in which to begin; jest knows durations only of files that it has run before, which a fresh clone has not. */
const LONGEST = [
  'kill',
  'rig',
  'cells',
  'compute-kill',
  'compute',
  'forged-runs',
  'external-temporal',
  'interrupt',
  'temporal-faults',
  'resources',
  'workflow',
  'random-faults',
  'bootstrap',
  'concurrency',
  'race',
  'engine',
];
const LAYERS = ['journeys', 'integration', 'architecture', 'unit'];

/** Runs long files first, so that none is left for the end while a core has nothing to do. */
export default class LongestFirst {
  sort(tests) {
    return [...tests].toSorted((one, other) => rank(one) - rank(other));
  }

  /** Where jest would keep how long each file took. */
  cacheResults() {}
}

function rank({ path: file }) {
  const [layer] = path.relative(path.resolve('test'), file).split(path.sep);
  const at = LONGEST.indexOf(path.basename(file, '.test.ts'));
  return at < 0 ? LONGEST.length + LAYERS.indexOf(layer) : at;
}
