import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** Asks SQLAlchemy and psycopg2, as Keystone uses them; it reads a line of JSON and answers with one. */
const PROGRAM = `
import json, os, sys
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
for line in sys.stdin:
    asked = json.loads(line)
    os.environ['HOME'] = asked['home']
    try:
        with create_engine(asked['url'], poolclass=NullPool).connect() as connection:
            row = connection.execute(text('select ssl from pg_stat_ssl where pid = pg_backend_pid()')).one()
        answer = 'tls' if row[0] else 'plain'
    except Exception as error:
        answer = 'refused: ' + str(error).splitlines()[0]
    print(json.dumps(answer), flush=True)
`;

export type Libpq = {
  /** Answers `tls`, `plain`, or `refused: …` with the reason. */
  reach: (url: string, home?: string) => Promise<string>;
  close: () => void;
};

/** Starts one Python process for many questions, each of which is answered before the next one is asked. */
export function startLibpq(bin: string, env: NodeJS.ProcessEnv): Libpq {
  const child = spawn(path.join(bin, 'python'), ['-c', PROGRAM], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    reach: async (url, home = '/nonexistent') => {
      child.stdin.write(`${JSON.stringify({ url, home })}\n`);
      const { value } = (await lines.next()) as { value: string };
      return JSON.parse(value) as string;
    },
    close: () => void child.kill(),
  };
}
