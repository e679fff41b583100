import type { Image } from '../../rules/compute/image.ts';
import { ListOutput, RecordOutput } from './outputs.ts';
import { type Formatted, formattedDict } from './formatted.ts';

/** The columns of `openstack image list` that an image without a Glance has; `Size` counts bytes. */
export type ImageListRow = {
  ID: string;
  Name: string;
  'Disk Format': string;
  'Container Format': string;
  Size: number;
  Checksum: string;
  Status: string;
};

const LONG = ['Disk Format', 'Container Format', 'Size', 'Checksum'] as const;

export const imageList = new ListOutput<Image, ImageListRow>(
  {
    ID: ({ id }) => id,
    Name: ({ name }) => name,
    'Disk Format': (image) => image.disk_format,
    'Container Format': (image) => image.container_format,
    Size: ({ size }) => size,
    Checksum: ({ checksum }) => checksum,
    Status: ({ status }) => status,
  },
  ({ long }) => (long ? [] : [...LONG]),
);

/** The fields of `openstack image show` that there are, in its order, which is that of their names. */
export type ImageRecord = Omit<Image, 'properties'> & { properties: Formatted<Record<string, string>> };

export const shownImage = new RecordOutput<ImageRecord>([
  'checksum',
  'container_format',
  'created_at',
  'disk_format',
  'id',
  'min_disk',
  'min_ram',
  'name',
  'owner',
  'properties',
  'size',
  'status',
  'updated_at',
]);

export const imageRecord = (image: Image): ImageRecord => ({
  ...image,
  properties: formattedDict(image.properties),
});
