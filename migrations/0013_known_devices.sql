-- Browsers that an account knows: others' failures to sign in do not slow them (auth::devices). Expand only: an older binary knows none.
create table known_devices (
    user_id uuid not null references users (id) on delete cascade,
    secret_hash bytea not null,
    used_at timestamptz not null,
    primary key (user_id, secret_hash)
);
