-- Nova 34.0.0's API database (alembic cdeec0c85668).

CREATE TYPE public.build_requests0locked_by AS ENUM ('owner', 'admin');
CREATE TYPE public.keypair_types AS ENUM ('ssh', 'x509');

CREATE TABLE public.aggregates (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    uuid varchar(36),
    name varchar(255),
    CONSTRAINT uniq_aggregate0name UNIQUE (name)
);
CREATE INDEX aggregate_uuid_idx ON public.aggregates (uuid);

CREATE TABLE public.aggregate_hosts (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    host varchar(255),
    aggregate_id integer NOT NULL REFERENCES public.aggregates (id),
    CONSTRAINT uniq_aggregate_hosts0host0aggregate_id UNIQUE (host, aggregate_id)
);

CREATE TABLE public.aggregate_metadata (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    aggregate_id integer NOT NULL REFERENCES public.aggregates (id),
    key varchar(255) NOT NULL,
    value varchar(255) NOT NULL,
    CONSTRAINT uniq_aggregate_metadata0aggregate_id0key UNIQUE (aggregate_id, key)
);
CREATE INDEX aggregate_metadata_key_idx ON public.aggregate_metadata (key);

CREATE TABLE public.alembic_version (
    version_num varchar(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE public.allocations (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    resource_provider_id integer NOT NULL,
    consumer_id varchar(36) NOT NULL,
    resource_class_id integer NOT NULL,
    used integer NOT NULL
);
CREATE INDEX allocations_consumer_id_idx ON public.allocations (consumer_id);
CREATE INDEX allocations_resource_class_id_idx ON public.allocations (resource_class_id);
CREATE INDEX allocations_resource_provider_class_used_idx ON public.allocations (resource_provider_id, resource_class_id, used);

CREATE TABLE public.build_requests (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    project_id varchar(255) NOT NULL,
    instance_uuid varchar(36),
    instance text,
    block_device_mappings text,
    tags text,
    CONSTRAINT uniq_build_requests0instance_uuid UNIQUE (instance_uuid)
);
CREATE INDEX build_requests_instance_uuid_idx ON public.build_requests (instance_uuid);
CREATE INDEX build_requests_project_id_idx ON public.build_requests (project_id);

CREATE TABLE public.cell_mappings (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    uuid varchar(36) NOT NULL,
    name varchar(255),
    transport_url text,
    database_connection text,
    disabled boolean,
    CONSTRAINT uniq_cell_mappings0uuid UNIQUE (uuid)
);
CREATE INDEX uuid_idx ON public.cell_mappings (uuid);

CREATE TABLE public.consumers (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    uuid varchar(36) NOT NULL,
    project_id integer NOT NULL,
    user_id integer NOT NULL,
    generation integer DEFAULT 0 NOT NULL,
    CONSTRAINT uniq_consumers0uuid UNIQUE (uuid)
);
CREATE INDEX consumers_project_id_user_id_uuid_idx ON public.consumers (project_id, user_id, uuid);
CREATE INDEX consumers_project_id_uuid_idx ON public.consumers (project_id, uuid);

CREATE TABLE public.flavors (
    created_at timestamp,
    updated_at timestamp,
    name varchar(255) NOT NULL,
    id serial PRIMARY KEY,
    memory_mb integer NOT NULL,
    vcpus integer NOT NULL,
    swap integer NOT NULL,
    vcpu_weight integer,
    flavorid varchar(255) NOT NULL,
    rxtx_factor double precision,
    root_gb integer,
    ephemeral_gb integer,
    disabled boolean,
    is_public boolean,
    description text,
    CONSTRAINT uniq_flavors0flavorid UNIQUE (flavorid),
    CONSTRAINT uniq_flavors0name UNIQUE (name)
);

CREATE TABLE public.flavor_extra_specs (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    flavor_id integer NOT NULL REFERENCES public.flavors (id),
    key varchar(255) NOT NULL,
    value varchar(255),
    CONSTRAINT uniq_flavor_extra_specs0flavor_id0key UNIQUE (flavor_id, key)
);
CREATE INDEX flavor_extra_specs_flavor_id_key_idx ON public.flavor_extra_specs (flavor_id, key);

CREATE TABLE public.flavor_projects (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    flavor_id integer NOT NULL REFERENCES public.flavors (id),
    project_id varchar(255) NOT NULL,
    CONSTRAINT uniq_flavor_projects0flavor_id0project_id UNIQUE (flavor_id, project_id)
);

CREATE TABLE public.host_mappings (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    cell_id integer NOT NULL REFERENCES public.cell_mappings (id),
    host varchar(255) NOT NULL,
    CONSTRAINT uniq_host_mappings0host UNIQUE (host)
);
CREATE INDEX host_idx ON public.host_mappings (host);

CREATE TABLE public.instance_groups (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    user_id varchar(255),
    project_id varchar(255),
    uuid varchar(36) NOT NULL,
    name varchar(255),
    CONSTRAINT uniq_instance_groups0uuid UNIQUE (uuid)
);

CREATE TABLE public.instance_group_member (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    instance_uuid varchar(255),
    group_id integer NOT NULL REFERENCES public.instance_groups (id)
);
CREATE INDEX instance_group_member_instance_idx ON public.instance_group_member (instance_uuid);

CREATE TABLE public.instance_group_policy (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    policy varchar(255),
    group_id integer NOT NULL REFERENCES public.instance_groups (id),
    rules text
);
CREATE INDEX instance_group_policy_policy_idx ON public.instance_group_policy (policy);

CREATE TABLE public.instance_mappings (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    instance_uuid varchar(36) NOT NULL,
    cell_id integer REFERENCES public.cell_mappings (id),
    project_id varchar(255) NOT NULL,
    queued_for_delete boolean,
    user_id varchar(255),
    CONSTRAINT uniq_instance_mappings0instance_uuid UNIQUE (instance_uuid)
);
CREATE INDEX instance_mappings_user_id_project_id_idx ON public.instance_mappings (user_id, project_id);
CREATE INDEX instance_uuid_idx ON public.instance_mappings (instance_uuid);
CREATE INDEX project_id_idx ON public.instance_mappings (project_id);

CREATE TABLE public.inventories (
    created_at timestamp,
    updated_at timestamp,
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
    id serial PRIMARY KEY,
    name varchar(255) NOT NULL,
    user_id varchar(255) NOT NULL,
    fingerprint varchar(255),
    public_key text,
    type public.keypair_types DEFAULT 'ssh' NOT NULL,
    CONSTRAINT uniq_key_pairs0user_id0name UNIQUE (user_id, name)
);

CREATE TABLE public.placement_aggregates (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    uuid varchar(36),
    CONSTRAINT uniq_placement_aggregates0uuid UNIQUE (uuid)
);
CREATE INDEX ix_placement_aggregates_uuid ON public.placement_aggregates (uuid);

CREATE TABLE public.project_user_quotas (
    id serial PRIMARY KEY,
    created_at timestamp,
    updated_at timestamp,
    user_id varchar(255) NOT NULL,
    project_id varchar(255) NOT NULL,
    resource varchar(255) NOT NULL,
    hard_limit integer,
    CONSTRAINT uniq_project_user_quotas0user_id0project_id0resource UNIQUE (user_id, project_id, resource)
);
CREATE INDEX project_user_quotas_project_id_idx ON public.project_user_quotas (project_id);
CREATE INDEX project_user_quotas_user_id_idx ON public.project_user_quotas (user_id);

CREATE TABLE public.projects (
    id serial PRIMARY KEY,
    external_id varchar(255) NOT NULL,
    created_at timestamp,
    updated_at timestamp,
    CONSTRAINT uniq_projects0external_id UNIQUE (external_id)
);

CREATE TABLE public.quota_classes (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    class_name varchar(255),
    resource varchar(255),
    hard_limit integer
);
CREATE INDEX quota_classes_class_name_idx ON public.quota_classes (class_name);

CREATE TABLE public.quota_usages (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    project_id varchar(255),
    resource varchar(255) NOT NULL,
    in_use integer NOT NULL,
    reserved integer NOT NULL,
    until_refresh integer,
    user_id varchar(255)
);
CREATE INDEX quota_usages_project_id_idx ON public.quota_usages (project_id);
CREATE INDEX quota_usages_user_id_idx ON public.quota_usages (user_id);

CREATE TABLE public.quotas (
    id serial PRIMARY KEY,
    created_at timestamp,
    updated_at timestamp,
    project_id varchar(255),
    resource varchar(255) NOT NULL,
    hard_limit integer,
    CONSTRAINT uniq_quotas0project_id0resource UNIQUE (project_id, resource)
);

CREATE TABLE public.request_specs (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    instance_uuid varchar(36) NOT NULL,
    spec text NOT NULL,
    CONSTRAINT uniq_request_specs0instance_uuid UNIQUE (instance_uuid)
);
CREATE INDEX request_spec_instance_uuid_idx ON public.request_specs (instance_uuid);

CREATE TABLE public.reservations (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    uuid varchar(36) NOT NULL,
    usage_id integer NOT NULL REFERENCES public.quota_usages (id),
    project_id varchar(255),
    resource varchar(255),
    delta integer NOT NULL,
    expire timestamp,
    user_id varchar(255)
);
CREATE INDEX reservations_expire_idx ON public.reservations (expire);
CREATE INDEX reservations_project_id_idx ON public.reservations (project_id);
CREATE INDEX reservations_user_id_idx ON public.reservations (user_id);
CREATE INDEX reservations_uuid_idx ON public.reservations (uuid);

CREATE TABLE public.resource_classes (
    id serial PRIMARY KEY,
    name varchar(255) NOT NULL,
    created_at timestamp,
    updated_at timestamp,
    CONSTRAINT uniq_resource_classes0name UNIQUE (name)
);

CREATE TABLE public.resource_provider_aggregates (
    created_at timestamp,
    updated_at timestamp,
    resource_provider_id integer NOT NULL,
    aggregate_id integer NOT NULL,
    CONSTRAINT resource_provider_aggregates_pkey PRIMARY KEY (resource_provider_id, aggregate_id)
);
CREATE INDEX resource_provider_aggregates_aggregate_id_idx ON public.resource_provider_aggregates (aggregate_id);

CREATE TABLE public.resource_providers (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    uuid varchar(36) NOT NULL,
    name varchar(200),
    generation integer,
    can_host integer,
    root_provider_id integer REFERENCES public.resource_providers (id),
    parent_provider_id integer REFERENCES public.resource_providers (id),
    CONSTRAINT uniq_resource_providers0name UNIQUE (name),
    CONSTRAINT uniq_resource_providers0uuid UNIQUE (uuid)
);
CREATE INDEX resource_providers_name_idx ON public.resource_providers (name);
CREATE INDEX resource_providers_parent_provider_id_idx ON public.resource_providers (parent_provider_id);
CREATE INDEX resource_providers_root_provider_id_idx ON public.resource_providers (root_provider_id);
CREATE INDEX resource_providers_uuid_idx ON public.resource_providers (uuid);

CREATE TABLE public.traits (
    created_at timestamp,
    updated_at timestamp,
    id serial PRIMARY KEY,
    name varchar(255) NOT NULL,
    CONSTRAINT uniq_traits0name UNIQUE (name)
);

CREATE TABLE public.resource_provider_traits (
    created_at timestamp,
    updated_at timestamp,
    trait_id integer NOT NULL REFERENCES public.traits (id),
    resource_provider_id integer NOT NULL REFERENCES public.resource_providers (id),
    CONSTRAINT resource_provider_traits_pkey PRIMARY KEY (trait_id, resource_provider_id)
);
CREATE INDEX resource_provider_traits_resource_provider_trait_idx ON public.resource_provider_traits (resource_provider_id, trait_id);

CREATE TABLE public.users (
    id serial PRIMARY KEY,
    external_id varchar(255) NOT NULL,
    created_at timestamp,
    updated_at timestamp,
    CONSTRAINT uniq_users0external_id UNIQUE (external_id)
);

INSERT INTO public.alembic_version (version_num) VALUES ('cdeec0c85668');
