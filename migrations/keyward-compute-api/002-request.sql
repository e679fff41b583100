CREATE TABLE keyward.request (
    id text PRIMARY KEY,
    operation text NOT NULL,
    state text NOT NULL CHECK (state IN ('accepted', 'applied', 'withdrawn')),
    recorded_at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE keyward.user_data (
    request_id text PRIMARY KEY,
    user_data text NOT NULL,
    recorded_at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
);
