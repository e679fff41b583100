import type { ServiceName } from './service.ts';
import type { Configuration } from './settings.ts';
import { shellWord } from './shell-word.ts';

/** The configuration of each service that a command is about. */
export type Configurations = Partial<Record<ServiceName, Configuration>>;

/** Commands on Nova's databases alone: their --config-file is a nova.conf. */
const OF_COMPUTE = new Set(['cell', 'flavor', 'keypair', 'server']);
/** Matches those of them that act for somebody, whom they look up in the database of Keystone's own files. */
const FOR_A_CALLER =
  /^keyward (keypair |server (create|delete|set|lock(?! list)|unlock|protect|unprotect)\b)/;
/** Commands that may be about every service. There Nova's files have flags of their own. */
const OF_BOTH = new Set(['audit', 'db', 'down', 'ps', 'status', 'up', 'worker', 'workflow']);

/** Gives a command of keyward the configuration that this one had, so that it meets the same database. */
export function withConfiguration(command: string, { identity, compute }: Configurations): string {
  const [, topic] = /^keyward (\S+)/.exec(command) ?? [];
  if (topic === undefined) return command;
  const isOfCompute = OF_COMPUTE.has(topic);
  const flags = [
    ...(isOfCompute ? [] : flagsOf(identity, '')),
    ...(isOfCompute || OF_BOTH.has(topic) ? flagsOf(compute, isOfCompute ? '' : 'nova-') : []),
    ...(FOR_A_CALLER.test(command) ? flagsOf(identity, 'keystone-') : []),
  ];
  return [command, ...new Set(flags)].join(' ');
}

/** Does the same for each command that a cure names: pasted as it is, it must not change another database. */
export const cureWithConfiguration = (cure: string, configurations: Configurations): string =>
  cure.replaceAll(/`(keyward [^`]+)`/g, (named, command: string) =>
    / --((nova-)?config-|embedded)/.test(command)
      ? named
      : `\`${withConfiguration(command, configurations)}\``,
  );

function flagsOf(configuration: Configuration | undefined, prefix: '' | 'nova-' | 'keystone-'): string[] {
  const { configFiles = [], configDirs = [], isEmbedded = false } = configuration ?? {};
  return [
    ...configFiles.map((file) => `--${prefix}config-file ${shellWord(file)}`),
    ...configDirs.map((dir) => `--${prefix}config-dir ${shellWord(dir)}`),
    ...(isEmbedded ? ['--embedded'] : []),
  ];
}
