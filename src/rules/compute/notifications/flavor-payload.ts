import type { Flavor } from '../flavor.ts';
import { novaObject, type NovaObject } from '../nova-object.ts';

/** NOTE: nova/notifications/objects/flavor.py. A flavor that a server keeps does not know which projects may use it. */
export const flavorPayload = (flavor: Flavor): NovaObject =>
  novaObject('FlavorPayload', '1.4', {
    flavorid: flavor.flavorid,
    memory_mb: flavor.memoryMb,
    vcpus: flavor.vcpus,
    root_gb: flavor.rootGb,
    ephemeral_gb: flavor.ephemeralGb,
    name: flavor.name,
    swap: flavor.swap,
    rxtx_factor: flavor.rxtxFactor,
    vcpu_weight: flavor.vcpuWeight,
    disabled: flavor.isDisabled,
    is_public: flavor.isPublic,
    extra_specs: flavor.extraSpecs,
    projects: null,
    description: flavor.description,
  });
