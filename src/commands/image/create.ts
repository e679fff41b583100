import { Flags } from '@oclif/core';
import { propertiesOf, propertyFlag, sizeFlag } from '../../cli/flags/compute-flags.ts';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import { newArg } from '../../cli/flags/resource-flags.ts';
import { ImageCommand, OF_THIS_HOST } from '../../cli/image-command.ts';
import { imageRecord, shownImage } from '../../cli/output/image-views.ts';
import { diskFormats } from '../../rules/compute/image-format.ts';

export default class ImageCreate extends ImageCommand {
  static override summary = 'Create an image, from which servers get their disk, of a file.';
  static override description = `${OF_THIS_HOST} The file is copied, and is not needed afterwards.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> --file cirros.qcow2 --min-disk 1 cirros',
    '<%= config.bin %> <%= command.id %> --file disk.img --disk-format raw --property os_distro=debian debian',
  ];
  static override output = shownImage;
  static override args = newArg;
  static override flags = {
    ...recordFormatFlags,
    file: Flags.string({ description: 'the file with its data', required: true }),
    'disk-format': Flags.option({ options: diskFormats })({
      description: 'its format; without it, told by its first bytes',
    }),
    'container-format': Flags.option({ options: ['bare'] as const })({
      description: "what is around the disk: nothing; for openstackclient's sake",
    }),
    'min-disk': sizeFlag('the disk in GB that a server needs at least', 0),
    'min-ram': sizeFlag('the memory in MB that a server needs at least', 0),
    ...propertyFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ImageCreate);
    shownImage.assertColumns(flags);
    const wanted = {
      name: args.name,
      disk_format: flags['disk-format'] ?? null,
      min_disk: flags['min-disk'] ?? 0,
      min_ram: flags['min-ram'] ?? 0,
      properties: propertiesOf(flags.property),
    };
    const image = await this.withImages((images) => images.create(flags.file, wanted));
    await shownImage.print(imageRecord(image), flags);
  }
}
