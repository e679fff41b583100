/** A flavor as Nova's API database has it, and as a server keeps it. Sizes are in MiB (memory, swap) and GiB (disks). */
export type Flavor = {
  id: number;
  flavorid: string;
  name: string;
  memoryMb: number;
  vcpus: number;
  rootGb: number;
  ephemeralGb: number;
  swap: number;
  rxtxFactor: number;
  vcpuWeight: number;
  isDisabled: boolean;
  isPublic: boolean;
  description: string | null;
  extraSpecs: Record<string, string | null>;
  /** Microseconds since the epoch. */
  createdAt: number | null;
  updatedAt: number | null;
};

/** A flavor, and the ids of the projects that may use it; null: it is public, so that all may. */
export type ShownFlavor = { flavor: Flavor; projects: string[] | null };
