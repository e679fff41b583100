import path from 'node:path';

const SHOWN = 10;

/** Tells at the end of a run where its time went: each layer's share, and the slowest files, a line each. */
export default class SlowestReporter {
  #tests;

  constructor({ rootDir }) {
    this.#tests = path.join(rootDir, 'test');
  }

  onRunComplete(_, { testResults }) {
    const files = testResults.map(({ testFilePath, perfStats: { start, end } }) => ({
      file: path.relative(this.#tests, testFilePath),
      seconds: (end - start) / 1000,
    }));
    if (files.length < 2) return;
    for (const line of report(files)) process.stderr.write(`slow: ${line}\n`);
  }
}

function report(files) {
  const layers = Map.groupBy(files, ({ file }) => file.split(path.sep)[0]);
  const shares = [...layers]
    .map(([layer, of]) => [layer, sum(of), of.length])
    .toSorted((a, b) => b[1] - a[1]);
  const slowest = files.toSorted((one, other) => other.seconds - one.seconds).slice(0, SHOWN);
  return [
    ...shares.map(([layer, seconds, count]) => `${told(seconds)} in ${layer} (${count} files)`),
    `${told(sum(files))} in all, of which the ${slowest.length} slowest files took ${told(sum(slowest)).trim()}:`,
    ...slowest.map(({ file, seconds }) => `${told(seconds)} ${file}`),
  ];
}

const sum = (files) => files.reduce((total, { seconds }) => total + seconds, 0);
const told = (seconds) => `${seconds.toFixed(1).padStart(7)} s`;
