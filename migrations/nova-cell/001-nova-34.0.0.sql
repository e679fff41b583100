-- Nova 34.0.0's schema of a cell (alembic ab450ba04102). `nova-manage db archive_deleted_rows` moves rows to the tables
-- `shadow_*`; `allocations`, `inventories` and `resource_provider*` are left from the time when placement was Nova's.

CREATE TYPE public.instances0locked_by AS ENUM ('owner', 'admin');
CREATE TYPE public.keypair_types AS ENUM ('ssh', 'x509');
CREATE TYPE public.migration_type AS ENUM ('migration', 'resize', 'live-migration', 'evacuation');
CREATE TYPE public.shadow_instances0locked_by AS ENUM ('owner', 'admin');

CREATE TABLE public.agent_builds (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    hypervisor varchar(255),
    os varchar(255),
    architecture varchar(255),
    version varchar(255),
    url varchar(255),
    md5hash varchar(255),
    deleted integer,
    CONSTRAINT uniq_agent_builds0hypervisor0os0architecture0deleted UNIQUE (hypervisor, os, architecture, deleted)
);
CREATE INDEX agent_builds_hypervisor_os_arch_idx ON public.agent_builds (hypervisor, os, architecture);

CREATE TABLE public.aggregates (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    name varchar(255),
    deleted integer,
    uuid varchar(36)
);
CREATE INDEX aggregate_uuid_idx ON public.aggregates (uuid);

CREATE TABLE public.aggregate_hosts (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    host varchar(255),
    aggregate_id integer NOT NULL REFERENCES public.aggregates (id),
    deleted integer,
    CONSTRAINT uniq_aggregate_hosts0host0aggregate_id0deleted UNIQUE (host, aggregate_id, deleted)
);

CREATE TABLE public.aggregate_metadata (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    aggregate_id integer NOT NULL REFERENCES public.aggregates (id),
    key varchar(255) NOT NULL,
    value varchar(255) NOT NULL,
    deleted integer,
    CONSTRAINT uniq_aggregate_metadata0aggregate_id0key0deleted UNIQUE (aggregate_id, key, deleted)
);
CREATE INDEX aggregate_metadata_key_idx ON public.aggregate_metadata (key);
CREATE INDEX aggregate_metadata_value_idx ON public.aggregate_metadata (value);

CREATE TABLE public.alembic_version (
    version_num varchar(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE public.allocations (
    id serial PRIMARY KEY,
    resource_provider_id integer NOT NULL,
    consumer_id varchar(36) NOT NULL,
    resource_class_id integer NOT NULL,
    used integer NOT NULL
);
CREATE INDEX allocations_consumer_id_idx ON public.allocations (consumer_id);
CREATE INDEX allocations_resource_class_id_idx ON public.allocations (resource_class_id);
CREATE INDEX allocations_resource_provider_class_used_idx ON public.allocations (resource_provider_id, resource_class_id, used);

CREATE TABLE public.instances (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    internal_id integer,
    user_id varchar(255),
    project_id varchar(255),
    image_ref varchar(255),
    kernel_id varchar(255),
    ramdisk_id varchar(255),
    launch_index integer,
    key_name varchar(255),
    key_data text,
    power_state integer,
    vm_state varchar(255),
    memory_mb integer,
    vcpus integer,
    hostname varchar(255),
    host varchar(255),
    user_data text,
    reservation_id varchar(255),
    launched_at timestamp,
    terminated_at timestamp,
    display_name varchar(255),
    display_description varchar(255),
    availability_zone varchar(255),
    locked boolean,
    os_type varchar(255),
    launched_on text,
    instance_type_id integer,
    vm_mode varchar(255),
    uuid varchar(36) NOT NULL,
    architecture varchar(255),
    root_device_name varchar(255),
    access_ip_v4 inet,
    access_ip_v6 inet,
    config_drive varchar(255),
    task_state varchar(255),
    default_ephemeral_device varchar(255),
    default_swap_device varchar(255),
    progress integer,
    auto_disk_config boolean,
    shutdown_terminate boolean,
    disable_terminate boolean,
    root_gb integer,
    ephemeral_gb integer,
    cell_name varchar(255),
    node varchar(255),
    deleted integer,
    locked_by public.instances0locked_by,
    cleaned integer,
    ephemeral_key_uuid varchar(36),
    hidden boolean,
    compute_id bigint,
    CONSTRAINT uniq_instances0uuid UNIQUE (uuid)
);
CREATE INDEX instances_compute_id_deleted_idx ON public.instances (compute_id, deleted);
CREATE INDEX instances_deleted_created_at_idx ON public.instances (deleted, created_at);
CREATE INDEX instances_host_deleted_cleaned_idx ON public.instances (host, deleted, cleaned);
CREATE INDEX instances_host_node_deleted_idx ON public.instances (host, node, deleted);
CREATE INDEX instances_project_id_deleted_idx ON public.instances (project_id, deleted);
CREATE INDEX instances_project_id_idx ON public.instances (project_id);
CREATE INDEX instances_reservation_id_idx ON public.instances (reservation_id);
CREATE INDEX instances_task_state_updated_at_idx ON public.instances (task_state, updated_at);
CREATE INDEX instances_terminated_at_launched_at_idx ON public.instances (terminated_at, launched_at);
CREATE INDEX instances_updated_at_project_id_idx ON public.instances (updated_at, project_id);
CREATE INDEX instances_uuid_deleted_idx ON public.instances (uuid, deleted);

CREATE TABLE public.block_device_mapping (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    device_name varchar(255),
    delete_on_termination boolean,
    snapshot_id varchar(36),
    volume_id varchar(36),
    volume_size integer,
    no_device boolean,
    connection_info text,
    instance_uuid varchar(36) REFERENCES public.instances (uuid),
    deleted integer,
    source_type varchar(255),
    destination_type varchar(255),
    guest_format varchar(255),
    device_type varchar(255),
    disk_bus varchar(255),
    boot_index integer,
    image_id varchar(36),
    tag varchar(255),
    attachment_id varchar(36),
    uuid varchar(36),
    volume_type varchar(255),
    encrypted boolean,
    encryption_secret_uuid varchar(36),
    encryption_format varchar(128),
    encryption_options varchar(4096),
    CONSTRAINT uniq_block_device_mapping0uuid UNIQUE (uuid)
);
CREATE INDEX block_device_mapping_instance_uuid_device_name_idx ON public.block_device_mapping (instance_uuid, device_name);
CREATE INDEX block_device_mapping_instance_uuid_idx ON public.block_device_mapping (instance_uuid);
CREATE INDEX block_device_mapping_instance_uuid_volume_id_idx ON public.block_device_mapping (instance_uuid, volume_id);
CREATE INDEX snapshot_id ON public.block_device_mapping (snapshot_id);
CREATE INDEX volume_id ON public.block_device_mapping (volume_id);

CREATE TABLE public.bw_usage_cache (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    start_period timestamp NOT NULL,
    last_refreshed timestamp,
    bw_in bigint,
    bw_out bigint,
    mac varchar(255),
    uuid varchar(36),
    last_ctr_in bigint,
    last_ctr_out bigint,
    deleted integer
);
CREATE INDEX bw_usage_cache_uuid_start_period_idx ON public.bw_usage_cache (uuid, start_period);

CREATE TABLE public.cells (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    api_url varchar(255),
    weight_offset double precision,
    weight_scale double precision,
    name varchar(255),
    is_parent boolean,
    deleted integer,
    transport_url varchar(255) NOT NULL,
    CONSTRAINT uniq_cells0name0deleted UNIQUE (name, deleted)
);

CREATE TABLE public.certificates (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    user_id varchar(255),
    project_id varchar(255),
    file_name varchar(255),
    deleted integer
);
CREATE INDEX certificates_project_id_deleted_idx ON public.certificates (project_id, deleted);
CREATE INDEX certificates_user_id_deleted_idx ON public.certificates (user_id, deleted);

CREATE TABLE public.compute_nodes (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    service_id integer,
    vcpus integer NOT NULL,
    memory_mb integer NOT NULL,
    local_gb integer NOT NULL,
    vcpus_used integer NOT NULL,
    memory_mb_used integer NOT NULL,
    local_gb_used integer NOT NULL,
    hypervisor_type text NOT NULL,
    hypervisor_version integer NOT NULL,
    cpu_info text NOT NULL,
    disk_available_least integer,
    free_ram_mb integer,
    free_disk_gb integer,
    current_workload integer,
    running_vms integer,
    hypervisor_hostname varchar(255),
    deleted integer,
    host_ip inet,
    supported_instances text,
    pci_stats text,
    metrics text,
    extra_resources text,
    stats text,
    numa_topology text,
    host varchar(255),
    ram_allocation_ratio double precision,
    cpu_allocation_ratio double precision,
    uuid varchar(36),
    disk_allocation_ratio double precision,
    mapped integer,
    CONSTRAINT uniq_compute_nodes0host0hypervisor_hostname0deleted UNIQUE (host, hypervisor_hostname, deleted)
);
CREATE UNIQUE INDEX compute_nodes_uuid_idx ON public.compute_nodes (uuid);

CREATE TABLE public.console_auth_tokens (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    token_hash varchar(255) NOT NULL,
    console_type varchar(255) NOT NULL,
    host varchar(255) NOT NULL,
    port integer NOT NULL,
    internal_access_path varchar(255),
    instance_uuid varchar(36) NOT NULL,
    expires integer NOT NULL,
    access_url_base varchar(255),
    tls_port integer,
    CONSTRAINT uniq_console_auth_tokens0token_hash UNIQUE (token_hash)
);
CREATE INDEX console_auth_tokens_host_expires_idx ON public.console_auth_tokens (host, expires);
CREATE INDEX console_auth_tokens_instance_uuid_idx ON public.console_auth_tokens (instance_uuid);
CREATE INDEX console_auth_tokens_token_hash_instance_uuid_idx ON public.console_auth_tokens (token_hash, instance_uuid);

CREATE TABLE public.console_pools (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    address inet,
    username varchar(255),
    password varchar(255),
    console_type varchar(255),
    public_hostname varchar(255),
    host varchar(255),
    compute_host varchar(255),
    deleted integer,
    CONSTRAINT uniq_console_pools0host0console_type0compute_host0deleted UNIQUE (host, console_type, compute_host, deleted)
);

CREATE TABLE public.consoles (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    instance_name varchar(255),
    password varchar(255),
    port integer,
    pool_id integer REFERENCES public.console_pools (id),
    instance_uuid varchar(36) REFERENCES public.instances (uuid),
    deleted integer
);
CREATE INDEX consoles_instance_uuid_idx ON public.consoles (instance_uuid);

CREATE TABLE public.dns_domains (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    deleted boolean,
    domain varchar(255) PRIMARY KEY,
    scope varchar(255),
    availability_zone varchar(255),
    project_id varchar(255)
);
CREATE INDEX dns_domains_domain_deleted_idx ON public.dns_domains (domain, deleted);
CREATE INDEX dns_domains_project_id_idx ON public.dns_domains (project_id);

CREATE TABLE public.fixed_ips (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    address inet,
    network_id integer,
    allocated boolean,
    leased boolean,
    reserved boolean,
    virtual_interface_id integer,
    host varchar(255),
    instance_uuid varchar(36) REFERENCES public.instances (uuid),
    deleted integer,
    CONSTRAINT uniq_fixed_ips0address0deleted UNIQUE (address, deleted)
);
CREATE INDEX address ON public.fixed_ips (address);
CREATE INDEX fixed_ips_address_reserved_network_id_deleted_idx ON public.fixed_ips (address, reserved, network_id, deleted);
CREATE INDEX fixed_ips_deleted_allocated_idx ON public.fixed_ips (address, deleted, allocated);
CREATE INDEX fixed_ips_deleted_allocated_updated_at_idx ON public.fixed_ips (deleted, allocated, updated_at);
CREATE INDEX fixed_ips_host_idx ON public.fixed_ips (host);
CREATE INDEX fixed_ips_instance_uuid_fkey ON public.fixed_ips (instance_uuid);
CREATE INDEX fixed_ips_network_id_host_deleted_idx ON public.fixed_ips (network_id, host, deleted);
CREATE INDEX fixed_ips_virtual_interface_id_fkey ON public.fixed_ips (virtual_interface_id);
CREATE INDEX network_id ON public.fixed_ips (network_id);

CREATE TABLE public.floating_ips (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    address inet,
    fixed_ip_id integer,
    project_id varchar(255),
    host varchar(255),
    auto_assigned boolean,
    pool varchar(255),
    interface varchar(255),
    deleted integer,
    CONSTRAINT uniq_floating_ips0address0deleted UNIQUE (address, deleted)
);
CREATE INDEX fixed_ip_id ON public.floating_ips (fixed_ip_id);
CREATE INDEX floating_ips_host_idx ON public.floating_ips (host);
CREATE INDEX floating_ips_pool_deleted_fixed_ip_id_project_id_idx ON public.floating_ips (pool, deleted, fixed_ip_id, project_id);
CREATE INDEX floating_ips_project_id_idx ON public.floating_ips (project_id);

CREATE TABLE public.instance_actions (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    action varchar(255),
    instance_uuid varchar(36) REFERENCES public.instances (uuid),
    request_id varchar(255),
    user_id varchar(255),
    project_id varchar(255),
    start_time timestamp,
    finish_time timestamp,
    message varchar(255),
    deleted integer
);
CREATE INDEX instance_actions_instance_uuid_updated_at_idx ON public.instance_actions (instance_uuid, updated_at);
CREATE INDEX instance_uuid_idx ON public.instance_actions (instance_uuid);
CREATE INDEX request_id_idx ON public.instance_actions (request_id);

CREATE TABLE public.instance_actions_events (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    event varchar(255),
    action_id integer REFERENCES public.instance_actions (id),
    start_time timestamp,
    finish_time timestamp,
    result varchar(255),
    traceback text,
    deleted integer,
    host varchar(255),
    details text
);

CREATE TABLE public.instance_extra (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    deleted integer,
    id serial PRIMARY KEY,
    instance_uuid varchar(36) NOT NULL REFERENCES public.instances (uuid),
    numa_topology text,
    pci_requests text,
    flavor text,
    vcpu_model text,
    migration_context text,
    keypairs text,
    device_metadata text,
    trusted_certs text,
    vpmems text,
    resources text
);
CREATE INDEX instance_extra_idx ON public.instance_extra (instance_uuid);

CREATE TABLE public.instance_faults (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    instance_uuid varchar(36) REFERENCES public.instances (uuid),
    code integer NOT NULL,
    message varchar(255),
    details text,
    host varchar(255),
    deleted integer
);
CREATE INDEX instance_faults_host_idx ON public.instance_faults (host);
CREATE INDEX instance_faults_instance_uuid_deleted_created_at_idx ON public.instance_faults (instance_uuid, deleted, created_at);

CREATE TABLE public.instance_groups (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    deleted integer,
    id serial PRIMARY KEY,
    user_id varchar(255),
    project_id varchar(255),
    uuid varchar(36) NOT NULL,
    name varchar(255),
    CONSTRAINT uniq_instance_groups0uuid0deleted UNIQUE (uuid, deleted)
);

CREATE TABLE public.instance_group_member (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    deleted integer,
    id serial PRIMARY KEY,
    instance_id varchar(255),
    group_id integer NOT NULL REFERENCES public.instance_groups (id)
);
CREATE INDEX instance_group_member_instance_idx ON public.instance_group_member (instance_id);

CREATE TABLE public.instance_group_policy (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    deleted integer,
    id serial PRIMARY KEY,
    policy varchar(255),
    group_id integer NOT NULL REFERENCES public.instance_groups (id)
);
CREATE INDEX instance_group_policy_policy_idx ON public.instance_group_policy (policy);

CREATE TABLE public.instance_id_mappings (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    uuid varchar(36) NOT NULL,
    deleted integer
);
CREATE INDEX ix_instance_id_mappings_uuid ON public.instance_id_mappings (uuid);

CREATE TABLE public.instance_info_caches (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    network_info text,
    instance_uuid varchar(36) NOT NULL REFERENCES public.instances (uuid),
    deleted integer,
    CONSTRAINT uniq_instance_info_caches0instance_uuid UNIQUE (instance_uuid)
);

CREATE TABLE public.instance_metadata (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    key varchar(255),
    value varchar(255),
    instance_uuid varchar(36) REFERENCES public.instances (uuid),
    deleted integer
);
CREATE INDEX instance_metadata_instance_uuid_idx ON public.instance_metadata (instance_uuid);

CREATE TABLE public.instance_system_metadata (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    instance_uuid varchar(36) NOT NULL REFERENCES public.instances (uuid),
    key varchar(255) NOT NULL,
    value varchar(255),
    deleted integer
);
CREATE INDEX instance_uuid ON public.instance_system_metadata (instance_uuid);

CREATE TABLE public.instance_types (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    name varchar(255),
    id serial PRIMARY KEY,
    memory_mb integer NOT NULL,
    vcpus integer NOT NULL,
    swap integer NOT NULL,
    vcpu_weight integer,
    flavorid varchar(255),
    rxtx_factor double precision,
    root_gb integer,
    ephemeral_gb integer,
    disabled boolean,
    is_public boolean,
    deleted integer,
    CONSTRAINT uniq_instance_types0flavorid0deleted UNIQUE (flavorid, deleted),
    CONSTRAINT uniq_instance_types0name0deleted UNIQUE (name, deleted)
);

CREATE TABLE public.instance_type_extra_specs (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    instance_type_id integer NOT NULL REFERENCES public.instance_types (id),
    key varchar(255),
    value varchar(255),
    deleted integer,
    CONSTRAINT uniq_instance_type_extra_specs0instance_type_id0key0deleted UNIQUE (instance_type_id, key, deleted)
);
CREATE INDEX instance_type_extra_specs_instance_type_id_key_idx ON public.instance_type_extra_specs (instance_type_id, key);

CREATE TABLE public.instance_type_projects (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    instance_type_id integer NOT NULL REFERENCES public.instance_types (id),
    project_id varchar(255),
    deleted integer,
    CONSTRAINT uniq_instance_type_projects0instance_type_id0project_id0deleted UNIQUE (instance_type_id, project_id, deleted)
);

CREATE TABLE public.inventories (
    id serial PRIMARY KEY,
    resource_provider_id integer NOT NULL,
    resource_class_id integer NOT NULL,
    total integer NOT NULL,
    reserved integer NOT NULL,
    min_unit integer NOT NULL,
    max_unit integer NOT NULL,
    step_size integer NOT NULL,
    allocation_ratio double precision NOT NULL,
    CONSTRAINT uniq_inventories0resource_provider_resource_class UNIQUE (resource_provider_id, resource_class_id)
);
CREATE INDEX inventories_resource_class_id_idx ON public.inventories (resource_class_id);
CREATE INDEX inventories_resource_provider_id_idx ON public.inventories (resource_provider_id);
CREATE INDEX inventories_resource_provider_resource_class_idx ON public.inventories (resource_provider_id, resource_class_id);

CREATE TABLE public.key_pairs (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    name varchar(255) NOT NULL,
    user_id varchar(255),
    fingerprint varchar(255),
    public_key text,
    deleted integer,
    type public.keypair_types DEFAULT 'ssh' NOT NULL,
    CONSTRAINT uniq_key_pairs0user_id0name0deleted UNIQUE (user_id, name, deleted)
);

CREATE TABLE public.migrations (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    source_compute varchar(255),
    dest_compute varchar(255),
    dest_host varchar(255),
    status varchar(255),
    instance_uuid varchar(36) REFERENCES public.instances (uuid),
    old_instance_type_id integer,
    new_instance_type_id integer,
    source_node varchar(255),
    dest_node varchar(255),
    deleted integer,
    migration_type public.migration_type,
    hidden boolean,
    memory_total bigint,
    memory_processed bigint,
    memory_remaining bigint,
    disk_total bigint,
    disk_processed bigint,
    disk_remaining bigint,
    uuid varchar(36),
    cross_cell_move boolean,
    user_id varchar(255),
    project_id varchar(255),
    dest_compute_id bigint
);
CREATE INDEX migrations_by_dest_host_nodes_and_status_idx ON public.migrations (deleted, dest_compute, dest_node, status);
CREATE INDEX migrations_by_host_nodes_and_status_idx ON public.migrations (deleted, source_compute, dest_compute, source_node, dest_node, status);
CREATE INDEX migrations_by_src_host_nodes_and_status_idx ON public.migrations (deleted, source_compute, source_node, status);
CREATE INDEX migrations_dest_compute_id_deleted_idx ON public.migrations (dest_compute_id, deleted);
CREATE INDEX migrations_instance_uuid_and_status_idx ON public.migrations (deleted, instance_uuid, status);
CREATE INDEX migrations_updated_at_idx ON public.migrations (updated_at);
CREATE UNIQUE INDEX migrations_uuid ON public.migrations (uuid);

CREATE TABLE public.networks (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    injected boolean,
    cidr inet,
    netmask inet,
    bridge varchar(255),
    gateway inet,
    broadcast inet,
    dns1 inet,
    vlan integer,
    vpn_public_address inet,
    vpn_public_port integer,
    vpn_private_address inet,
    dhcp_start inet,
    project_id varchar(255),
    host varchar(255),
    cidr_v6 inet,
    gateway_v6 inet,
    label varchar(255),
    netmask_v6 inet,
    bridge_interface varchar(255),
    multi_host boolean,
    dns2 inet,
    uuid varchar(36),
    priority integer,
    rxtx_base integer,
    deleted integer,
    mtu integer,
    dhcp_server inet,
    enable_dhcp boolean,
    share_address boolean,
    CONSTRAINT uniq_networks0vlan0deleted UNIQUE (vlan, deleted)
);
CREATE INDEX networks_bridge_deleted_idx ON public.networks (bridge, deleted);
CREATE INDEX networks_cidr_v6_idx ON public.networks (cidr_v6);
CREATE INDEX networks_host_idx ON public.networks (host);
CREATE INDEX networks_project_id_deleted_idx ON public.networks (project_id, deleted);
CREATE INDEX networks_uuid_project_id_deleted_idx ON public.networks (uuid, project_id, deleted);
CREATE INDEX networks_vlan_deleted_idx ON public.networks (vlan, deleted);

CREATE TABLE public.pci_devices (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    deleted integer,
    id serial PRIMARY KEY,
    compute_node_id integer NOT NULL REFERENCES public.compute_nodes (id),
    address varchar(12) NOT NULL,
    product_id varchar(4) NOT NULL,
    vendor_id varchar(4) NOT NULL,
    dev_type varchar(8) NOT NULL,
    dev_id varchar(255),
    label varchar(255) NOT NULL,
    status varchar(36) NOT NULL,
    extra_info text,
    instance_uuid varchar(36),
    request_id varchar(36),
    numa_node integer,
    parent_addr varchar(12),
    uuid varchar(36),
    CONSTRAINT uniq_pci_devices0compute_node_id0address0deleted UNIQUE (compute_node_id, address, deleted)
);
CREATE INDEX ix_pci_devices_compute_node_id_deleted ON public.pci_devices (compute_node_id, deleted);
CREATE INDEX ix_pci_devices_compute_node_id_parent_addr_deleted ON public.pci_devices (compute_node_id, parent_addr, deleted);
CREATE INDEX ix_pci_devices_instance_uuid_deleted ON public.pci_devices (instance_uuid, deleted);

CREATE TABLE public.project_user_quotas (
    id serial PRIMARY KEY,
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    deleted integer,
    user_id varchar(255) NOT NULL,
    project_id varchar(255) NOT NULL,
    resource varchar(255) NOT NULL,
    hard_limit integer,
    CONSTRAINT uniq_project_user_quotas0user_id0project_id0resource0deleted UNIQUE (user_id, project_id, resource, deleted)
);
CREATE INDEX project_user_quotas_project_id_deleted_idx ON public.project_user_quotas (project_id, deleted);
CREATE INDEX project_user_quotas_user_id_deleted_idx ON public.project_user_quotas (user_id, deleted);

CREATE TABLE public.provider_fw_rules (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    protocol varchar(5),
    from_port integer,
    to_port integer,
    cidr inet,
    deleted integer
);

CREATE TABLE public.quota_classes (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    class_name varchar(255),
    resource varchar(255),
    hard_limit integer,
    deleted integer
);
CREATE INDEX ix_quota_classes_class_name ON public.quota_classes (class_name);

CREATE TABLE public.quota_usages (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    project_id varchar(255),
    resource varchar(255) NOT NULL,
    in_use integer NOT NULL,
    reserved integer NOT NULL,
    until_refresh integer,
    deleted integer,
    user_id varchar(255)
);
CREATE INDEX ix_quota_usages_project_id ON public.quota_usages (project_id);
CREATE INDEX ix_quota_usages_user_id_deleted ON public.quota_usages (user_id, deleted);

CREATE TABLE public.quotas (
    id serial PRIMARY KEY,
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    project_id varchar(255),
    resource varchar(255) NOT NULL,
    hard_limit integer,
    deleted integer,
    CONSTRAINT uniq_quotas0project_id0resource0deleted UNIQUE (project_id, resource, deleted)
);

CREATE TABLE public.reservations (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    uuid varchar(36) NOT NULL,
    usage_id integer NOT NULL REFERENCES public.quota_usages (id),
    project_id varchar(255),
    resource varchar(255),
    delta integer NOT NULL,
    expire timestamp,
    deleted integer,
    user_id varchar(255)
);
CREATE INDEX ix_reservations_project_id ON public.reservations (project_id);
CREATE INDEX ix_reservations_user_id_deleted ON public.reservations (user_id, deleted);
CREATE INDEX reservations_deleted_expire_idx ON public.reservations (deleted, expire);
CREATE INDEX reservations_uuid_idx ON public.reservations (uuid);

CREATE TABLE public.resource_provider_aggregates (
    resource_provider_id integer NOT NULL,
    aggregate_id integer NOT NULL,
    CONSTRAINT resource_provider_aggregates_pkey PRIMARY KEY (resource_provider_id, aggregate_id)
);
CREATE INDEX resource_provider_aggregates_aggregate_id_idx ON public.resource_provider_aggregates (aggregate_id);

CREATE TABLE public.resource_providers (
    id serial PRIMARY KEY,
    uuid varchar(36) NOT NULL,
    name varchar(200),
    generation integer,
    can_host integer,
    CONSTRAINT uniq_resource_providers0name UNIQUE (name),
    CONSTRAINT uniq_resource_providers0uuid UNIQUE (uuid)
);
CREATE INDEX resource_providers_name_idx ON public.resource_providers (name);
CREATE INDEX resource_providers_uuid_idx ON public.resource_providers (uuid);

CREATE TABLE public.s3_images (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    uuid varchar(36) NOT NULL,
    deleted integer
);

CREATE TABLE public.security_group_default_rules (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    deleted integer,
    id serial PRIMARY KEY,
    protocol varchar(5),
    from_port integer,
    to_port integer,
    cidr inet
);

CREATE TABLE public.security_groups (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    name varchar(255),
    description varchar(255),
    user_id varchar(255),
    project_id varchar(255),
    deleted integer,
    CONSTRAINT uniq_security_groups0project_id0name0deleted UNIQUE (project_id, name, deleted)
);

CREATE TABLE public.security_group_instance_association (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    security_group_id integer REFERENCES public.security_groups (id),
    instance_uuid varchar(36) REFERENCES public.instances (uuid),
    deleted integer
);
CREATE INDEX security_group_instance_association_instance_uuid_idx ON public.security_group_instance_association (instance_uuid);

CREATE TABLE public.security_group_rules (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    parent_group_id integer REFERENCES public.security_groups (id),
    protocol varchar(255),
    from_port integer,
    to_port integer,
    cidr inet,
    group_id integer REFERENCES public.security_groups (id),
    deleted integer
);

CREATE TABLE public.services (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    host varchar(255),
    "binary" varchar(255),
    topic varchar(255),
    report_count integer NOT NULL,
    disabled boolean,
    deleted integer,
    disabled_reason varchar(255),
    last_seen_up timestamp,
    forced_down boolean,
    version integer,
    uuid varchar(36),
    CONSTRAINT uniq_services0host0binary0deleted UNIQUE (host, "binary", deleted),
    CONSTRAINT uniq_services0host0topic0deleted UNIQUE (host, topic, deleted)
);
CREATE UNIQUE INDEX services_uuid_idx ON public.services (uuid);

CREATE TABLE public.shadow_agent_builds (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    hypervisor varchar(255),
    os varchar(255),
    architecture varchar(255),
    version varchar(255),
    url varchar(255),
    md5hash varchar(255),
    deleted integer
);

CREATE TABLE public.shadow_aggregate_hosts (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    host varchar(255),
    aggregate_id integer NOT NULL,
    deleted integer
);

CREATE TABLE public.shadow_aggregate_metadata (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    aggregate_id integer NOT NULL,
    key varchar(255) NOT NULL,
    value varchar(255) NOT NULL,
    deleted integer
);

CREATE TABLE public.shadow_aggregates (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    name varchar(255),
    deleted integer,
    uuid varchar(36)
);

CREATE TABLE public.shadow_alembic_version (
    version_num varchar(32) PRIMARY KEY
);

CREATE TABLE public.shadow_block_device_mapping (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    device_name varchar(255),
    delete_on_termination boolean,
    snapshot_id varchar(36),
    volume_id varchar(36),
    volume_size integer,
    no_device boolean,
    connection_info text,
    instance_uuid varchar(36),
    deleted integer,
    source_type varchar(255),
    destination_type varchar(255),
    guest_format varchar(255),
    device_type varchar(255),
    disk_bus varchar(255),
    boot_index integer,
    image_id varchar(36),
    tag varchar(255),
    attachment_id varchar(36),
    uuid varchar(36),
    volume_type varchar(255),
    encrypted boolean,
    encryption_secret_uuid varchar(36),
    encryption_format varchar(128),
    encryption_options varchar(4096)
);

CREATE TABLE public.shadow_bw_usage_cache (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    start_period timestamp NOT NULL,
    last_refreshed timestamp,
    bw_in bigint,
    bw_out bigint,
    mac varchar(255),
    uuid varchar(36),
    last_ctr_in bigint,
    last_ctr_out bigint,
    deleted integer
);

CREATE TABLE public.shadow_cells (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    api_url varchar(255),
    weight_offset double precision,
    weight_scale double precision,
    name varchar(255),
    is_parent boolean,
    deleted integer,
    transport_url varchar(255) NOT NULL
);

CREATE TABLE public.shadow_certificates (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    user_id varchar(255),
    project_id varchar(255),
    file_name varchar(255),
    deleted integer
);

CREATE TABLE public.shadow_compute_nodes (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    service_id integer,
    vcpus integer NOT NULL,
    memory_mb integer NOT NULL,
    local_gb integer NOT NULL,
    vcpus_used integer NOT NULL,
    memory_mb_used integer NOT NULL,
    local_gb_used integer NOT NULL,
    hypervisor_type text NOT NULL,
    hypervisor_version integer NOT NULL,
    cpu_info text NOT NULL,
    disk_available_least integer,
    free_ram_mb integer,
    free_disk_gb integer,
    current_workload integer,
    running_vms integer,
    hypervisor_hostname varchar(255),
    deleted integer,
    host_ip inet,
    supported_instances text,
    pci_stats text,
    metrics text,
    extra_resources text,
    stats text,
    numa_topology text,
    host varchar(255),
    ram_allocation_ratio double precision,
    cpu_allocation_ratio double precision,
    uuid varchar(36),
    disk_allocation_ratio double precision,
    mapped integer
);

CREATE TABLE public.shadow_console_pools (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    address inet,
    username varchar(255),
    password varchar(255),
    console_type varchar(255),
    public_hostname varchar(255),
    host varchar(255),
    compute_host varchar(255),
    deleted integer
);

CREATE TABLE public.shadow_consoles (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    instance_name varchar(255),
    password varchar(255),
    port integer,
    pool_id integer,
    instance_uuid varchar(36),
    deleted integer
);

CREATE TABLE public.shadow_dns_domains (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    deleted boolean,
    domain varchar(255) PRIMARY KEY,
    scope varchar(255),
    availability_zone varchar(255),
    project_id varchar(255)
);

CREATE TABLE public.shadow_fixed_ips (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    address inet,
    network_id integer,
    allocated boolean,
    leased boolean,
    reserved boolean,
    virtual_interface_id integer,
    host varchar(255),
    instance_uuid varchar(36),
    deleted integer
);

CREATE TABLE public.shadow_floating_ips (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    address inet,
    fixed_ip_id integer,
    project_id varchar(255),
    host varchar(255),
    auto_assigned boolean,
    pool varchar(255),
    interface varchar(255),
    deleted integer
);

CREATE TABLE public.shadow_instance_actions (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    action varchar(255),
    instance_uuid varchar(36),
    request_id varchar(255),
    user_id varchar(255),
    project_id varchar(255),
    start_time timestamp,
    finish_time timestamp,
    message varchar(255),
    deleted integer
);

CREATE TABLE public.shadow_instance_actions_events (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    event varchar(255),
    action_id integer,
    start_time timestamp,
    finish_time timestamp,
    result varchar(255),
    traceback text,
    deleted integer,
    host varchar(255),
    details text
);

CREATE TABLE public.shadow_instance_extra (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    deleted integer,
    id serial PRIMARY KEY,
    instance_uuid varchar(36) NOT NULL,
    numa_topology text,
    pci_requests text,
    flavor text,
    vcpu_model text,
    migration_context text,
    keypairs text,
    device_metadata text,
    trusted_certs text,
    vpmems text,
    resources text
);

CREATE TABLE public.shadow_instance_faults (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    instance_uuid varchar(36),
    code integer NOT NULL,
    message varchar(255),
    details text,
    host varchar(255),
    deleted integer
);

CREATE TABLE public.shadow_instance_group_member (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    deleted integer,
    id serial PRIMARY KEY,
    instance_id varchar(255),
    group_id integer NOT NULL
);

CREATE TABLE public.shadow_instance_group_policy (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    deleted integer,
    id serial PRIMARY KEY,
    policy varchar(255),
    group_id integer NOT NULL
);

CREATE TABLE public.shadow_instance_groups (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    deleted integer,
    id serial PRIMARY KEY,
    user_id varchar(255),
    project_id varchar(255),
    uuid varchar(36) NOT NULL,
    name varchar(255)
);

CREATE TABLE public.shadow_instance_id_mappings (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    uuid varchar(36) NOT NULL,
    deleted integer
);

CREATE TABLE public.shadow_instance_info_caches (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    network_info text,
    instance_uuid varchar(36) NOT NULL,
    deleted integer
);

CREATE TABLE public.shadow_instance_metadata (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    key varchar(255),
    value varchar(255),
    instance_uuid varchar(36),
    deleted integer
);

CREATE TABLE public.shadow_instance_system_metadata (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    instance_uuid varchar(36) NOT NULL,
    key varchar(255) NOT NULL,
    value varchar(255),
    deleted integer
);

CREATE TABLE public.shadow_instance_type_extra_specs (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    instance_type_id integer NOT NULL,
    key varchar(255),
    value varchar(255),
    deleted integer
);

CREATE TABLE public.shadow_instance_type_projects (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    instance_type_id integer NOT NULL,
    project_id varchar(255),
    deleted integer
);

CREATE TABLE public.shadow_instance_types (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    name varchar(255),
    id serial PRIMARY KEY,
    memory_mb integer NOT NULL,
    vcpus integer NOT NULL,
    swap integer NOT NULL,
    vcpu_weight integer,
    flavorid varchar(255),
    rxtx_factor double precision,
    root_gb integer,
    ephemeral_gb integer,
    disabled boolean,
    is_public boolean,
    deleted integer
);

CREATE TABLE public.shadow_instances (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    internal_id integer,
    user_id varchar(255),
    project_id varchar(255),
    image_ref varchar(255),
    kernel_id varchar(255),
    ramdisk_id varchar(255),
    launch_index integer,
    key_name varchar(255),
    key_data text,
    power_state integer,
    vm_state varchar(255),
    memory_mb integer,
    vcpus integer,
    hostname varchar(255),
    host varchar(255),
    user_data text,
    reservation_id varchar(255),
    launched_at timestamp,
    terminated_at timestamp,
    display_name varchar(255),
    display_description varchar(255),
    availability_zone varchar(255),
    locked boolean,
    os_type varchar(255),
    launched_on text,
    instance_type_id integer,
    vm_mode varchar(255),
    uuid varchar(36) NOT NULL,
    architecture varchar(255),
    root_device_name varchar(255),
    access_ip_v4 inet,
    access_ip_v6 inet,
    config_drive varchar(255),
    task_state varchar(255),
    default_ephemeral_device varchar(255),
    default_swap_device varchar(255),
    progress integer,
    auto_disk_config boolean,
    shutdown_terminate boolean,
    disable_terminate boolean,
    root_gb integer,
    ephemeral_gb integer,
    cell_name varchar(255),
    node varchar(255),
    deleted integer,
    locked_by public.shadow_instances0locked_by,
    cleaned integer,
    ephemeral_key_uuid varchar(36),
    hidden boolean,
    compute_id bigint
);

CREATE TABLE public.shadow_key_pairs (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    name varchar(255),
    user_id varchar(255),
    fingerprint varchar(255),
    public_key text,
    deleted integer,
    type public.keypair_types DEFAULT 'ssh' NOT NULL
);

CREATE TABLE public.shadow_migrations (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    source_compute varchar(255),
    dest_compute varchar(255),
    dest_host varchar(255),
    status varchar(255),
    instance_uuid varchar(36),
    old_instance_type_id integer,
    new_instance_type_id integer,
    source_node varchar(255),
    dest_node varchar(255),
    deleted integer,
    migration_type public.migration_type,
    hidden boolean,
    memory_total bigint,
    memory_processed bigint,
    memory_remaining bigint,
    disk_total bigint,
    disk_processed bigint,
    disk_remaining bigint,
    uuid varchar(36),
    cross_cell_move boolean,
    user_id varchar(255),
    project_id varchar(255),
    dest_compute_id bigint
);

CREATE TABLE public.shadow_networks (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    injected boolean,
    cidr inet,
    netmask inet,
    bridge varchar(255),
    gateway inet,
    broadcast inet,
    dns1 inet,
    vlan integer,
    vpn_public_address inet,
    vpn_public_port integer,
    vpn_private_address inet,
    dhcp_start inet,
    project_id varchar(255),
    host varchar(255),
    cidr_v6 inet,
    gateway_v6 inet,
    label varchar(255),
    netmask_v6 inet,
    bridge_interface varchar(255),
    multi_host boolean,
    dns2 inet,
    uuid varchar(36),
    priority integer,
    rxtx_base integer,
    deleted integer,
    mtu integer,
    dhcp_server inet,
    enable_dhcp boolean,
    share_address boolean
);

CREATE TABLE public.shadow_pci_devices (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    deleted integer NOT NULL,
    id serial PRIMARY KEY,
    compute_node_id integer NOT NULL,
    address varchar(12) NOT NULL,
    product_id varchar(4),
    vendor_id varchar(4),
    dev_type varchar(8),
    dev_id varchar(255),
    label varchar(255) NOT NULL,
    status varchar(36) NOT NULL,
    extra_info text,
    instance_uuid varchar(36),
    request_id varchar(36),
    numa_node integer,
    parent_addr varchar(12),
    uuid varchar(36)
);

CREATE TABLE public.shadow_project_user_quotas (
    id serial PRIMARY KEY,
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    deleted integer,
    user_id varchar(255) NOT NULL,
    project_id varchar(255) NOT NULL,
    resource varchar(255) NOT NULL,
    hard_limit integer
);

CREATE TABLE public.shadow_provider_fw_rules (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    protocol varchar(5),
    from_port integer,
    to_port integer,
    cidr inet,
    deleted integer
);

CREATE TABLE public.shadow_quota_classes (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    class_name varchar(255),
    resource varchar(255),
    hard_limit integer,
    deleted integer
);

CREATE TABLE public.shadow_quota_usages (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    project_id varchar(255),
    resource varchar(255) NOT NULL,
    in_use integer NOT NULL,
    reserved integer NOT NULL,
    until_refresh integer,
    deleted integer,
    user_id varchar(255)
);

CREATE TABLE public.shadow_quotas (
    id serial PRIMARY KEY,
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    project_id varchar(255),
    resource varchar(255) NOT NULL,
    hard_limit integer,
    deleted integer
);

CREATE TABLE public.shadow_reservations (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    uuid varchar(36) NOT NULL,
    usage_id integer NOT NULL,
    project_id varchar(255),
    resource varchar(255),
    delta integer NOT NULL,
    expire timestamp,
    deleted integer,
    user_id varchar(255)
);

CREATE TABLE public.shadow_s3_images (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    uuid varchar(36) NOT NULL,
    deleted integer
);

CREATE TABLE public.shadow_security_group_default_rules (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    deleted integer,
    id serial PRIMARY KEY,
    protocol varchar(5),
    from_port integer,
    to_port integer,
    cidr inet
);

CREATE TABLE public.shadow_security_group_instance_association (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    security_group_id integer,
    instance_uuid varchar(36),
    deleted integer
);

CREATE TABLE public.shadow_security_group_rules (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    parent_group_id integer,
    protocol varchar(255),
    from_port integer,
    to_port integer,
    cidr inet,
    group_id integer,
    deleted integer
);

CREATE TABLE public.shadow_security_groups (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    name varchar(255),
    description varchar(255),
    user_id varchar(255),
    project_id varchar(255),
    deleted integer
);

CREATE TABLE public.shadow_services (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    host varchar(255),
    "binary" varchar(255),
    topic varchar(255),
    report_count integer NOT NULL,
    disabled boolean,
    deleted integer,
    disabled_reason varchar(255),
    last_seen_up timestamp,
    forced_down boolean,
    version integer,
    uuid varchar(36)
);

CREATE TABLE public.shadow_snapshot_id_mappings (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    uuid varchar(36) NOT NULL,
    deleted integer
);

CREATE TABLE public.shadow_snapshots (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id varchar(36) PRIMARY KEY,
    volume_id varchar(36) NOT NULL,
    user_id varchar(255),
    project_id varchar(255),
    status varchar(255),
    progress varchar(255),
    volume_size integer,
    scheduled_at timestamp,
    display_name varchar(255),
    display_description varchar(255),
    deleted varchar(36)
);

CREATE TABLE public.shadow_task_log (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    task_name varchar(255) NOT NULL,
    state varchar(255) NOT NULL,
    host varchar(255) NOT NULL,
    period_beginning timestamp NOT NULL,
    period_ending timestamp NOT NULL,
    message varchar(255) NOT NULL,
    task_items integer,
    errors integer,
    deleted integer
);

CREATE TABLE public.shadow_virtual_interfaces (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    address varchar(255),
    network_id integer,
    uuid varchar(36),
    instance_uuid varchar(36),
    deleted integer,
    tag varchar(255)
);

CREATE TABLE public.shadow_volume_id_mappings (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    uuid varchar(36) NOT NULL,
    deleted integer
);

CREATE TABLE public.shadow_volume_usage_cache (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    volume_id varchar(36) NOT NULL,
    tot_last_refreshed timestamp,
    tot_reads bigint,
    tot_read_bytes bigint,
    tot_writes bigint,
    tot_write_bytes bigint,
    curr_last_refreshed timestamp,
    curr_reads bigint,
    curr_read_bytes bigint,
    curr_writes bigint,
    curr_write_bytes bigint,
    deleted integer,
    instance_uuid varchar(36),
    project_id varchar(36),
    user_id varchar(64),
    availability_zone varchar(255)
);

CREATE TABLE public.share_mapping (
    created_at timestamp,
    updated_at timestamp,
    id bigserial PRIMARY KEY,
    uuid varchar(36),
    instance_uuid varchar(36) REFERENCES public.instances (uuid),
    share_id varchar(36),
    status varchar(32),
    tag varchar(48),
    export_location text,
    share_proto varchar(32),
    CONSTRAINT uniq_key_pairs0instance_uuid0share_id UNIQUE (instance_uuid, share_id),
    CONSTRAINT uniq_key_pairs0instance_uuid0tag UNIQUE (instance_uuid, tag)
);
CREATE INDEX share_idx ON public.share_mapping (share_id);
CREATE INDEX share_mapping_instance_uuid_share_id_idx ON public.share_mapping (instance_uuid, share_id);

CREATE TABLE public.snapshot_id_mappings (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    uuid varchar(36) NOT NULL,
    deleted integer
);

CREATE TABLE public.snapshots (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id varchar(36) PRIMARY KEY,
    volume_id varchar(36) NOT NULL,
    user_id varchar(255),
    project_id varchar(255),
    status varchar(255),
    progress varchar(255),
    volume_size integer,
    scheduled_at timestamp,
    display_name varchar(255),
    display_description varchar(255),
    deleted varchar(36)
);

CREATE TABLE public.tags (
    resource_id varchar(36) NOT NULL,
    tag varchar(80) NOT NULL,
    CONSTRAINT tags_pkey PRIMARY KEY (resource_id, tag)
);
CREATE INDEX tags_tag_idx ON public.tags (tag);

CREATE TABLE public.task_log (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    task_name varchar(255) NOT NULL,
    state varchar(255) NOT NULL,
    host varchar(255) NOT NULL,
    period_beginning timestamp NOT NULL,
    period_ending timestamp NOT NULL,
    message varchar(255) NOT NULL,
    task_items integer,
    errors integer,
    deleted integer,
    CONSTRAINT uniq_task_log0task_name0host0period_beginning0period_ending UNIQUE (task_name, host, period_beginning, period_ending)
);
CREATE INDEX ix_task_log_host ON public.task_log (host);
CREATE INDEX ix_task_log_period_beginning ON public.task_log (period_beginning);
CREATE INDEX ix_task_log_period_ending ON public.task_log (period_ending);

CREATE TABLE public.virtual_interfaces (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    address varchar(255),
    network_id integer,
    uuid varchar(36),
    instance_uuid varchar(36) REFERENCES public.instances (uuid),
    deleted integer,
    tag varchar(255),
    CONSTRAINT uniq_virtual_interfaces0address0deleted UNIQUE (address, deleted)
);
CREATE INDEX virtual_interfaces_instance_uuid_fkey ON public.virtual_interfaces (instance_uuid);
CREATE INDEX virtual_interfaces_network_id_idx ON public.virtual_interfaces (network_id);
CREATE INDEX virtual_interfaces_uuid_idx ON public.virtual_interfaces (uuid);

CREATE TABLE public.volume_id_mappings (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    uuid varchar(36) NOT NULL,
    deleted integer
);

CREATE TABLE public.volume_usage_cache (
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    id serial PRIMARY KEY,
    volume_id varchar(36) NOT NULL,
    tot_last_refreshed timestamp,
    tot_reads bigint,
    tot_read_bytes bigint,
    tot_writes bigint,
    tot_write_bytes bigint,
    curr_last_refreshed timestamp,
    curr_reads bigint,
    curr_read_bytes bigint,
    curr_writes bigint,
    curr_write_bytes bigint,
    deleted integer,
    instance_uuid varchar(36),
    project_id varchar(36),
    user_id varchar(64),
    availability_zone varchar(255)
);

INSERT INTO public.alembic_version (version_num) VALUES ('ab450ba04102');
