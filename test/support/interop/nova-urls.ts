import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { ensureVenv } from './venv.ts';

/** What a cell's URL is filled in from, and as what it is stored. */
export type Template = { kind: 'database' | 'transport'; base: string | null; stored: string };
/** What Nova makes of it; it gives up by a line in its log, and takes the text as it stands. */
export type Formatted = { text: string; gaveUp: boolean };

/** Asks Nova's own functions, all in one process. */
const ASK = `
import json, sys
from unittest import mock
import nova.conf
from nova.cmd.manage import mask_passwd_in_url
from nova.objects import cell_mapping
from oslo_messaging import transport
CONF = nova.conf.CONF
CONF.register_opts(transport._transport_opts)
CONF([], project='nova', default_config_files=[], default_config_dirs=[])
ways = {
    'database': ('connection', 'database', cell_mapping.CellMapping.format_db_url),
    'transport': ('transport_url', None, cell_mapping.CellMapping.format_mq_url),
}

def formatted(case):
    option, group, way = ways[case['kind']]
    # oslo.config would resolve what follows a dollar sign.
    base = case['base'] and case['base'].replace('$', '$$')
    CONF.set_override(option, base, group=group)
    with mock.patch.object(cell_mapping, 'LOG') as log:
        text = way(case['stored'])
    return {'text': text, 'gaveUp': bool(log.mock_calls)}

templates, urls = json.load(sys.stdin)
json.dump([[formatted(one) for one in templates], [mask_passwd_in_url(url) for url in urls]], sys.stdout)
`;

/** Tells what Nova fills templates in to, and how nova-manage masks URLs. */
export async function askNova(
  templates: Template[],
  urls: string[],
): Promise<{ formatted: Formatted[]; masked: string[] }> {
  const python = path.join(await ensureVenv(), 'bin/python');
  const [formatted, masked] = JSON.parse(
    execFileSync(python, ['-W', 'ignore', '-c', ASK], {
      input: JSON.stringify([templates, urls]),
      stdio: 'pipe',
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    }),
  ) as [Formatted[], string[]];
  return { formatted, masked };
}
