CREATE TABLE keyward.notification (
    message_id text PRIMARY KEY,
    notification jsonb NOT NULL,
    recorded_at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
);
