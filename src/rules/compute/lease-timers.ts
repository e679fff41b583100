/** Wakes whoever ends leases; what it wakes them for stands in rows. */
export type LeaseTimers = {
  /** Makes sure that somebody is woken when the lease of this id ends. */
  arm(leaseId: string): Promise<void>;
  /** Wakes them now, where somebody waits for this lease. */
  wake(leaseId: string): Promise<void>;
};
