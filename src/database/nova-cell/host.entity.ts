import { defineEntity, p } from '@mikro-orm/core';
import { instant } from '../row-times.ts';
import { softDeletable } from './soft-delete.ts';

/** A process of Nova's in this cell; `topic` is null for those that nobody sends messages to. */
export const Service = defineEntity({
  name: 'Service',
  tableName: 'services',
  properties: {
    ...softDeletable(),
    id: p.integer().primary().autoincrement(),
    host: p.string().nullable(),
    binary: p.string().nullable(),
    topic: p.string().nullable(),
    reportCount: p.integer(),
    disabled: p.boolean().nullable(),
    disabledReason: p.string().nullable(),
    lastSeenUp: instant(),
    forcedDown: p.boolean().nullable(),
    version: p.integer().nullable(),
    uuid: p.string().nullable(),
  },
});

/** A hypervisor, and what is left on it. */
export const ComputeNode = defineEntity({
  name: 'ComputeNode',
  tableName: 'compute_nodes',
  properties: {
    ...softDeletable(),
    id: p.integer().primary().autoincrement(),
    serviceId: p.integer().nullable(),
    vcpus: p.integer(),
    memoryMb: p.integer(),
    localGb: p.integer(),
    vcpusUsed: p.integer(),
    memoryMbUsed: p.integer(),
    localGbUsed: p.integer(),
    hypervisorType: p.text(),
    hypervisorVersion: p.integer(),
    cpuInfo: p.text(),
    diskAvailableLeast: p.integer().nullable(),
    freeRamMb: p.integer().nullable(),
    freeDiskGb: p.integer().nullable(),
    currentWorkload: p.integer().nullable(),
    runningVms: p.integer().nullable(),
    hypervisorHostname: p.string().nullable(),
    hostIp: p.string().columnType('inet').nullable(),
    supportedInstances: p.text().nullable(),
    pciStats: p.text().nullable(),
    metrics: p.text().nullable(),
    extraResources: p.text().nullable(),
    stats: p.text().nullable(),
    numaTopology: p.text().nullable(),
    host: p.string().nullable(),
    ramAllocationRatio: p.double().nullable(),
    cpuAllocationRatio: p.double().nullable(),
    uuid: p.string().nullable(),
    diskAllocationRatio: p.double().nullable(),
    mapped: p.integer().nullable(),
  },
});
