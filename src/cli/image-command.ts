import type { Compute } from '../engine/compute.ts';
import { EngineCommand } from './engine-command.ts';

/** What the help of each command on images says. */
export const OF_THIS_HOST =
  "There is no Glance: images are files of this host, in keyward's home, wherever Nova's databases are.";

/** A command on images. It opens no database, and nothing of it is in the audit, which is in databases. */
export abstract class ImageCommand extends EngineCommand {
  static override services = ['compute'] as const;

  protected withImages<T>(use: (images: Compute['images']) => Promise<T>): Promise<T> {
    return this.withEngine({}, ({ compute }) => use(compute.images));
  }
}
