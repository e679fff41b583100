import { namesOf, oneArg } from '../../cli/flags/resource-flags.ts';
import { ImageCommand, OF_THIS_HOST } from '../../cli/image-command.ts';

export default class ImageDelete extends ImageCommand {
  static override summary = 'Delete one image of this host or several.';
  static override description = `${OF_THIS_HOST} Servers that were made of one have a disk of their own.`;
  static override examples = ['<%= config.bin %> <%= command.id %> cirros debian'];
  static override strict = false;
  static override args = oneArg('image');
  static override flags = {};

  async run(): Promise<void> {
    const { argv } = await this.parse(ImageDelete);
    const names = namesOf(argv, 'image');
    await this.withImages((images) =>
      this.doEach({ kind: 'image', names, done: 'deleted' }, (name) => images.delete(name)),
    );
  }
}
