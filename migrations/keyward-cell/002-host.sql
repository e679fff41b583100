CREATE TABLE keyward.host (
    host character varying(255) PRIMARY KEY,
    driver text NOT NULL,
    registered_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
);
