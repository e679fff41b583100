import { shellWord } from './shell-word.ts';

/** Gives a command of keyward the configuration that this one had, so that it meets the same database. */
export function withConfiguration(
  command: string,
  { configFiles, configDirs }: { configFiles: string[]; configDirs: string[] },
): string {
  if (!command.startsWith('keyward ')) return command;
  const flags = [
    ...configFiles.map((file) => `--config-file ${shellWord(file)}`),
    ...configDirs.map((dir) => `--config-dir ${shellWord(dir)}`),
  ];
  return [command, ...flags].join(' ');
}
