import { writeFileSync } from 'node:fs';

/** Imported into a measured process by NODE_OPTIONS: leaves its peak of resident memory, in KiB, in a file. */
process.on('exit', () => writeFileSync(process.env.BENCH_PEAK_FILE, String(process.resourceUsage().maxRSS)));
