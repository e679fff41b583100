CREATE TABLE keyward.user_option (
    user_id character varying(64) NOT NULL REFERENCES public."user" (id) ON DELETE CASCADE,
    option_id character varying(4) NOT NULL,
    option_value text NOT NULL,
    PRIMARY KEY (user_id, option_id)
);
