import { createRequire } from 'node:module';
import { resolveHome } from '../../../src/config/home.ts';
import { RuleError } from '../../../src/rules/errors.ts';
import { ensurePostgres } from '../../../src/daemons/postgres/server.ts';
import { ensureTemporal } from '../../../src/daemons/temporal-server/server.ts';

/** This program makes sure of one part, and prints what came of it as JSON, which `EngineHome` reads. */
const lines: string[] = [];
const announce = (line: string) => void lines.push(line);
try {
  const home = resolveHome(process.env);
  const ui = process.env['UI'] === 'true';
  const address = await (process.argv[2] === 'temporal'
    ? ensureTemporal(home, announce, { ui })
    : ensurePostgres(home, announce));
  const packages = Object.keys(createRequire(import.meta.url).cache);
  console.log(JSON.stringify({ address, lines, packages }));
} catch (error) {
  if (!(error instanceof RuleError)) throw error;
  const { name, message, cure, exitCode } = error;
  console.log(JSON.stringify({ error: { name, message, cure, exitCode }, lines }));
}
// A download that was given up may still be under way.
process.exit();
