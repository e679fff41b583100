import { Flags } from '@oclif/core';
import { formatFlags } from '../../cli/flags/format-flags.ts';
import { ImageCommand, OF_THIS_HOST } from '../../cli/image-command.ts';
import { imageList } from '../../cli/output/image-views.ts';

export default class ImageList extends ImageCommand {
  static override summary = 'List the images of this host.';
  static override description = `${OF_THIS_HOST} They are listed by name.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --long -f json',
  ];
  static override output = imageList;
  static override flags = {
    ...formatFlags,
    long: Flags.boolean({ description: 'also formats, size and checksum' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ImageList);
    imageList.assertColumns(flags);
    await imageList.print(await this.withImages((images) => images.list()), flags);
  }
}
