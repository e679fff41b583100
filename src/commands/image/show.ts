import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import { oneArg } from '../../cli/flags/resource-flags.ts';
import { ImageCommand, OF_THIS_HOST } from '../../cli/image-command.ts';
import { imageRecord, shownImage } from '../../cli/output/image-views.ts';

export default class ImageShow extends ImageCommand {
  static override summary = 'Show an image of this host.';
  static override description = `${OF_THIS_HOST} Several may have one name; then it takes an ID.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> cirros',
    '<%= config.bin %> <%= command.id %> cirros -f value -c checksum',
  ];
  static override output = shownImage;
  static override args = oneArg('image');
  static override flags = recordFormatFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ImageShow);
    shownImage.assertColumns(flags);
    const image = await this.withImages((images) => images.find(args['image']!));
    await shownImage.print(imageRecord(image), flags);
  }
}
