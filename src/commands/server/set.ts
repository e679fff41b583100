import { namesOf } from '../../cli/flags/resource-flags.ts';
import { propertiesOf } from '../../cli/flags/compute-flags.ts';
import { repeated, text } from '../../cli/flags/flag-kinds.ts';
import { serverArg } from '../../cli/flags/server-flags.ts';
import { serverChangeFlags, ServerCommand } from '../../cli/server-command.ts';
import { assertDescription, assertLabels, assertServerName } from '../../rules/compute/boot.ts';
import { type ServerPatch, serverSetWorkflowId } from '../../rules/compute/new-server.ts';
import { UsageError } from '../../rules/errors.ts';

export default class ServerSet extends ServerCommand {
  static override summary = 'Change what servers are called and labelled with, on whosever host they are.';
  static override description =
    'It writes the rows that nova-api writes for this, and touches no guest. Properties and tags are added to those that ' +
    'are there; a property of the same key is replaced.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web1 --name web2',
    '<%= config.bin %> <%= command.id %> web1 --property role=web --tag blue --description "the first"',
  ];
  static override args = serverArg;
  static override strict = false;
  static override flags = {
    ...serverChangeFlags,
    name: text('its new name'),
    description: text('its new description'),
    property: repeated('a property to set, as key=value; may be given several times'),
    tag: repeated('a tag to add; may be given several times'),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(ServerSet);
    const names = namesOf(argv, 'server');
    const { name, description } = flags;
    const patch = { name, description, properties: propertiesOf(flags.property), tags: flags.tag ?? [] };
    assertPatch(patch, names);
    await this.changeServers(flags, (change) =>
      this.doEach({ kind: 'server', names, done: 'set' }, (each) =>
        this.changeInCell(
          change,
          flags,
          each,
          { patch },
          {
            title: 'server set',
            idOf: serverSetWorkflowId,
            settle: (request) => change.services.serverUpdate.settle(request),
            start: (runs, request, options) => runs.run('serverSet', request, options),
          },
        ),
      ),
    );
  }
}

function assertPatch({ name, description, properties, tags }: ServerPatch, names: string[]): void {
  if (name !== undefined && names.length > 1)
    throw new UsageError('--name can be given to one only.', 'Name one server.');
  if (name !== undefined) assertServerName(name);
  if (description !== undefined) assertDescription(description);
  assertLabels(properties, tags);
  const isNothing = name === undefined && description === undefined;
  if (isNothing && Object.keys(properties).length + tags.length === 0)
    throw new UsageError('Nothing is said that is to be changed.', 'See --help for what can be.');
}
