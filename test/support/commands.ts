import { type Command, Config } from '@oclif/core';

/** Every command of the build by its id, such as `role:list`; plugins' are left out. */
export async function loadCommands(): Promise<[string, Command.Class][]> {
  const config = await Config.load(process.cwd());
  const ours = config.commands.filter(({ pluginName }) => pluginName === 'keyward');
  return Promise.all(
    ours.map(async (command): Promise<[string, Command.Class]> => [command.id, await command.load()]),
  );
}
