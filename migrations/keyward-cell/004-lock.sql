CREATE TABLE keyward.server_lock (
    instance_uuid character varying(36) PRIMARY KEY,
    request_id text NOT NULL,
    reason character varying(255),
    locked_by text NOT NULL CHECK (locked_by IN ('owner', 'admin')),
    user_id text,
    project_id text,
    requester_user text NOT NULL,
    requester_sudo_user text,
    requester_host text NOT NULL,
    locked_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
    lease_id text,
    until timestamp with time zone,
    CHECK ((lease_id IS NULL) = (until IS NULL))
);

CREATE INDEX server_lock_request_id ON keyward.server_lock (request_id);
CREATE INDEX server_lock_lease_id ON keyward.server_lock (lease_id) WHERE lease_id IS NOT NULL;

CREATE TABLE keyward.lock_batch (
    request_id text NOT NULL,
    batch text NOT NULL,
    last_id integer,
    servers jsonb NOT NULL,
    asked_by jsonb NOT NULL,
    locking jsonb NOT NULL,
    told_at timestamp with time zone,
    left_alone integer NOT NULL,
    refused integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (request_id, batch)
);

CREATE INDEX lock_batch_recorded_at ON keyward.lock_batch (recorded_at);
CREATE INDEX lock_batch_untold ON keyward.lock_batch (recorded_at) WHERE told_at IS NULL;

CREATE TABLE keyward.server_protection (
    instance_uuid character varying(36) PRIMARY KEY,
    request_id text NOT NULL,
    reason character varying(255) NOT NULL,
    requester_user text NOT NULL,
    requester_sudo_user text,
    requester_host text NOT NULL,
    protected_at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
);
