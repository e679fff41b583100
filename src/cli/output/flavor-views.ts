import type { Flavor, ShownFlavor } from '../../rules/compute/flavor.ts';
import { ListOutput, RecordOutput } from './outputs.ts';
import { type Formatted, formattedDict } from './formatted.ts';
import { PythonFloat } from './python-text.ts';

/** The columns of `openstack flavor list`; sizes are in MB (RAM, swap) and GB (disks). */
export type FlavorListRow = {
  ID: string;
  Name: string;
  RAM: number;
  Disk: number;
  Ephemeral: number;
  VCPUs: number;
  'Is Public': boolean;
  Swap: number;
  'RXTX Factor': PythonFloat;
  Properties: Formatted<Record<string, string | null>>;
};

const LONG = ['Swap', 'RXTX Factor', 'Properties'] as const;

export const flavorList = new ListOutput<Flavor, FlavorListRow>(
  {
    ID: ({ flavorid }) => flavorid,
    Name: ({ name }) => name,
    RAM: ({ memoryMb }) => memoryMb,
    Disk: ({ rootGb }) => rootGb,
    Ephemeral: ({ ephemeralGb }) => ephemeralGb,
    VCPUs: ({ vcpus }) => vcpus,
    'Is Public': ({ isPublic }) => isPublic,
    Swap: ({ swap }) => swap,
    'RXTX Factor': ({ rxtxFactor }) => new PythonFloat(rxtxFactor),
    Properties: ({ extraSpecs }) => formattedDict(extraSpecs),
  },
  ({ long }) => (long ? [] : [...LONG]),
);

/** The fields of `openstack flavor create`, in its order, which is that of their names. */
export type FlavorRecord = {
  'OS-FLV-DISABLED:disabled': boolean;
  'OS-FLV-EXT-DATA:ephemeral': number;
  description: string | null;
  disk: number;
  id: string;
  name: string;
  'os-flavor-access:is_public': boolean;
  properties: Formatted<Record<string, string | null>>;
  ram: number;
  rxtx_factor: PythonFloat;
  swap: number;
  vcpus: number;
};
/** `openstack flavor show` also tells which projects may use it; null where it is public. */
export type ShownFlavorRecord = FlavorRecord & { access_project_ids: string[] | null };

const DISABLED = 'OS-FLV-DISABLED:disabled';
const EPHEMERAL = 'OS-FLV-EXT-DATA:ephemeral';
const REST = [
  'description',
  'disk',
  'id',
  'name',
  'os-flavor-access:is_public',
  'properties',
  'ram',
  'rxtx_factor',
  'swap',
  'vcpus',
] as const;

export const createdFlavor = new RecordOutput<FlavorRecord>([DISABLED, EPHEMERAL, ...REST]);
export const shownFlavor = new RecordOutput<ShownFlavorRecord>([
  DISABLED,
  EPHEMERAL,
  'access_project_ids',
  ...REST,
]);

export const flavorRecord = (flavor: Flavor): FlavorRecord => ({
  [DISABLED]: flavor.isDisabled,
  [EPHEMERAL]: flavor.ephemeralGb,
  description: flavor.description,
  disk: flavor.rootGb,
  id: flavor.flavorid,
  name: flavor.name,
  'os-flavor-access:is_public': flavor.isPublic,
  properties: formattedDict(flavor.extraSpecs),
  ram: flavor.memoryMb,
  rxtx_factor: new PythonFloat(flavor.rxtxFactor),
  swap: flavor.swap,
  vcpus: flavor.vcpus,
});

export const shownFlavorRecord = ({ flavor, projects }: ShownFlavor): ShownFlavorRecord => ({
  ...flavorRecord(flavor),
  access_project_ids: projects,
});
