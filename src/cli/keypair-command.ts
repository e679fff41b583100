import type { KeyPairService } from '../services/compute/key-pair-service.ts';
import { ComputeCommand } from './compute-command.ts';
import { callerFlags, type CallerFlags } from './flags/caller-flags.ts';
import { text } from './flags/flag-kinds.ts';
import { refOf } from './flags/grant-flags.ts';
import { type DatabaseFlags, lockTimeoutFlag, novaSettingsFlags } from './flags/settings-flags.ts';

/** The flags of every command on key pairs; those of openstackclient say whose they are. */
export const ownerFlags = {
  ...novaSettingsFlags,
  ...callerFlags,
  user: text('whose key pairs they are, if not those of who acts (name or ID)'),
  'user-domain': text('the domain of that user (name or ID)'),
};
type OwnerFlags = DatabaseFlags &
  CallerFlags & { user?: string | undefined; 'user-domain'?: string | undefined };

/** A command on the key pairs of one user. Each change is one transaction in Nova's API database. */
export abstract class KeypairCommand extends ComputeCommand {
  static override baseFlags = lockTimeoutFlag;

  /** Opens the key pairs, and finds whose are meant: those of --user, or else of the user who acts. */
  protected withOwner<T>(
    flags: OwnerFlags,
    use: (keyPairs: KeyPairService, userId: string) => Promise<T>,
  ): Promise<T> {
    const waits = { lockSeconds: flags.timeout };
    const owner = refOf(flags.user, flags['user-domain']);
    if (!owner)
      return this.withCaller(flags, ({ keyPairs }, _, { userId }) => use(keyPairs, userId!), {
        needs: 'user',
        ...waits,
      });
    return this.withCompute(
      flags,
      async ({ keyPairs }, engine) => {
        const { userNamed } = await import('../engine/caller.ts');
        return use(keyPairs, await userNamed(engine, owner));
      },
      waits,
    );
  }
}
