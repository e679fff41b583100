import type { State } from './keyward-states.ts';

type Known = { at: RegExp; of?: State[]; why: string };
type Found = Record<string, [ours: unknown, theirs: unknown]>;

const FAILED: State[] = ['unspawned', 'unplaced'];

/** In what Nova's API tells of a server of keyward's otherwise than of one of Nova's own. */
const ANSWERED: Known[] = [
  { at: /root_device_name$/, why: "Nova's fake driver has SCSI disks" },
  { at: /host_status$/, why: "no nova-compute reports for keyward's host" },
  { at: /faults?\.(0\.)?(message|details)$/, of: FAILED, why: 'other things failed' },
  {
    at: /(hostId|:host|:hypervisor_hostname|:availability_zone)$/,
    of: FAILED,
    why: 'keyward keeps the host, by which it knows that the server is its own to delete',
  },
  {
    at: /(\.message|\.result|\.details)$/,
    of: ['unspawned'],
    why: "Nova's host hands the build back, and notes that as a success",
  },
  {
    at: /\.(event|details|traceback)$/,
    of: ['unplaced'],
    why: "it is Nova's conductor that fails, and keyward has one event for all of a build",
  },
  { at: /\.(user_id|project_id)$/, of: ['deleted'], why: "keyward's was deleted by an admin of no project" },
];

/** In what Nova's own objects of the two differ. */
const LOADED: Known[] = [
  ...ANSWERED.filter(({ at }) => !/host_status|hostId/.test(at.source)),
  {
    at: /^[a-z_]+\.0\.(id|action_id)$|^instance_actions(_events)?\.1\.(id|action_id)$/,
    why: 'numbers of rows',
  },
  { at: /^instances\.0\.ec2_ids\.|^block_device_mapping\.0\.uuid$/, why: 'numbers and ids of rows' },
  { at: /^instances\.0\.(compute_id$|services\.)/, why: "keyward's host has no compute node and no service" },
  { at: /\.device_name$/, why: "Nova's fake driver has SCSI disks" },
  { at: /^block_device_mapping\.0\.updated_at$/, why: "Nova's host names the disk later" },
  {
    at: /^instances\.0\.(host|node|launched_on|availability_zone)$/,
    of: FAILED,
    why: 'keyward keeps the host, by which it knows that the server is its own to delete',
  },
  { at: /system_metadata\.boot_roles$/, why: 'an operator has no roles' },
  { at: /system_metadata\.owner_(user|project)_name$/, why: 'they are named by their ids' },
  { at: /system_metadata\.network_allocated$/, of: ['unspawned'], why: 'keyward allocates no networks' },
  { at: /image\.nova_object\.changes\.\d+$/, why: 'of the fields that follow' },
  { at: /image\.nova_object\.data\.(owner|created_at|updated_at)$/, why: "keyward's images are nobody's" },
  { at: /image\.nova_object\.data\.checksum$/, why: "Nova's image is a stub" },
];

/** Remembers which of the known differences there were. */
export class KnownDifferences {
  readonly #known: Known[];
  readonly #seen = new Set<Known>();

  private constructor(known: Known[]) {
    this.#known = known;
  }

  static ofAnswers = (): KnownDifferences => new KnownDifferences(ANSWERED);
  static ofRows = (): KnownDifferences => new KnownDifferences(LOADED);

  /** Gives the differences that are not known. */
  unknown(state: State, found: Found): Found {
    return Object.fromEntries(
      Object.entries(found).filter(([path]) => {
        const known = this.#known.find(({ at, of = [state] }) => at.test(path) && of.includes(state));
        if (known) this.#seen.add(known);
        return !known;
      }),
    );
  }

  /** Gives those that were never seen: the list of them is to be true. */
  get unseen(): string[] {
    return this.#known.filter((known) => !this.#seen.has(known)).map(({ at }) => at.source);
  }
}
