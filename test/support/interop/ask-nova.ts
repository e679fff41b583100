import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { ensureVenv } from './venv.ts';

/** What a cell's URL is filled in from, and as what it is stored. */
export type Template = { kind: 'database' | 'transport'; base: string | null; stored: string };
/** What Nova makes of it; it gives up by a line in its log, and takes the text as it stands. */
export type Formatted = { text: string; gaveUp: boolean };

/** Asks Nova's own functions, all in one process. */
const ASK = `
import json, os, sys
from unittest import mock
import nova.conf
from nova.cmd.manage import mask_passwd_in_url
from nova.objects import cell_mapping
from nova import rpc
from oslo_messaging import transport
from oslo_messaging._drivers import amqp, impl_rabbit
from oslo_messaging.notify import notifier
from oslo_policy import opts as policy_options
CONF = nova.conf.CONF
CONF.register_opts(transport._transport_opts)
CONF.register_opts(notifier._notifier_opts, group='oslo_messaging_notifications')
CONF.register_opts(impl_rabbit.rabbit_opts + amqp.amqp_opts, group='oslo_messaging_rabbit')
rpc.set_defaults(control_exchange='nova')
policy_options._register(CONF)
environment = dict(os.environ)

def parse(env, *args):
    os.environ.clear()
    os.environ.update(environment | env)
    CONF(args, project='nova', default_config_files=[], default_config_dirs=[])

def option(name):
    group, key = name.split('.')
    return getattr(CONF if group == 'DEFAULT' else getattr(CONF, group), key)

def options(names, case):
    parse(case['env'], '--config-file', case['file'])
    return {name: option(name) for name in names}

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

asked = json.load(sys.stdin)
read = [options(asked['names'], case) for case in asked['cases']]
parse({})
json.dump({
    'options': read,
    'formatted': [formatted(one) for one in asked['templates']],
    'masked': [mask_passwd_in_url(url) for url in asked['urls']],
}, sys.stdout)
`;

export type Asked = {
  /** Options by `group.name`, and the files and environments that they are read with. */
  names: string[];
  cases: { file: string; env: Record<string, string> }[];
  templates: Template[];
  urls: string[];
};
/** The options of each case, what each template is filled in to, and how nova-manage masks each URL. */
export type Answered = { options: Record<string, unknown>[]; formatted: Formatted[]; masked: string[] };

export async function askNova(asked: Asked): Promise<Answered> {
  const python = path.join(await ensureVenv(), 'bin/python');
  const stdout = execFileSync(python, ['-W', 'ignore', '-c', ASK], {
    input: JSON.stringify(asked),
    stdio: 'pipe',
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  return JSON.parse(stdout) as Answered;
}
