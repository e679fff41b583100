import type { Configuration } from './settings.ts';
import { shellWord } from './shell-word.ts';

/** Gives a command of keyward the configuration that this one had, so that it meets the same database. */
export function withConfiguration(
  command: string,
  { configFiles, configDirs, isEmbedded }: Configuration,
): string {
  if (!command.startsWith('keyward ')) return command;
  const flags = [
    ...configFiles.map((file) => `--config-file ${shellWord(file)}`),
    ...configDirs.map((dir) => `--config-dir ${shellWord(dir)}`),
    ...(isEmbedded ? ['--embedded'] : []),
  ];
  return [command, ...flags].join(' ');
}

/** Does the same for each command that a cure names: pasted as it is, it must not change another database. */
export const cureWithConfiguration = (cure: string, configuration: Configuration): string =>
  cure.replaceAll(/`(keyward [^`]+)`/g, (named, command: string) =>
    / --(config-|embedded)/.test(command) ? named : `\`${withConfiguration(command, configuration)}\``,
  );
