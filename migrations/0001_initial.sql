-- Rules of this schema (held by a test that reads the catalogue):
--   keys are UUIDs made by the server; every table of a person's data carries user_id and a primary key that begins with it;
--   no sequences, no triggers, no extensions, no deferrable or exclusion constraints; times are timestamptz, UTC.

-- Accounts -------------------------------------------------------------------------------------------------------------------------

create table users (
    id uuid primary key,
    name text not null,
    password_hash text,
    zone text not null default 'UTC',
    locale text,
    theme text,
    is_admin boolean not null default false,
    created_at timestamptz not null,
    password_changed_at timestamptz not null
);

-- Login addresses, lower-cased: global uniqueness in a small table of its own.
create table user_emails (
    email text primary key,
    user_id uuid not null references users (id) on delete cascade
);
create index user_emails_user on user_emails (user_id);

-- Browser sessions; only a hash of the id is kept.
create table sessions (
    id_hash bytea primary key,
    user_id uuid,
    data jsonb not null,
    expires_at timestamptz not null,
    created_at timestamptz not null
);
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

create table api_tokens (
    user_id uuid not null references users (id) on delete cascade,
    id uuid not null,
    name text not null,
    secret_hash bytea not null,
    scopes text[] not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    last_used_at timestamptz,
    primary key (user_id, id)
);
create unique index api_tokens_secret on api_tokens (secret_hash);

create table setup_links (
    secret_hash bytea primary key,
    created_at timestamptz not null,
    used_at timestamptz
);

-- Threads and their items ----------------------------------------------------------------------------------------------------------

create table conversations (
    user_id uuid not null references users (id) on delete cascade,
    id uuid not null,
    title text,
    status jsonb not null default '{"type":"active"}',
    metadata jsonb not null default '{}',
    last_position bigint not null default 0,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (user_id, id)
);
create index conversations_newest on conversations (user_id, created_at desc, id desc);

-- All thread items. `payload` is the item as the wire has it, without id, thread_id and created_at; `role` and `content` are the plain
-- form for people who look into the table.
create table messages (
    user_id uuid not null,
    id uuid not null,
    conversation_id uuid not null,
    position bigint not null,
    kind text not null,
    role text not null,
    content text not null,
    payload jsonb not null,
    hidden boolean not null default false,
    created_at timestamptz not null,
    primary key (user_id, id),
    foreign key (user_id, conversation_id) references conversations (user_id, id) on delete cascade
);
create unique index messages_order on messages (user_id, conversation_id, position);

-- Tasks ----------------------------------------------------------------------------------------------------------------------------

create table tasks (
    user_id uuid not null references users (id) on delete cascade,
    id uuid not null,
    title text not null,
    notes text,
    status text not null,
    priority smallint not null default 4,
    due_date date,
    due_time time,
    zone text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    completed_at timestamptz,
    primary key (user_id, id)
);
create index tasks_by_due on tasks (user_id, status, due_date);

-- Runs -----------------------------------------------------------------------------------------------------------------------------

create table runs (
    user_id uuid not null,
    id uuid not null,
    thread_id uuid not null,
    user_item_id uuid not null,
    status text not null,
    attempt integer not null default 1,
    lease_owner uuid,
    lease_epoch bigint not null default 0,
    lease_until timestamptz,
    cancel_requested_at timestamptz,
    stop_reason text,
    usage jsonb,
    created_at timestamptz not null,
    finished_at timestamptz,
    primary key (user_id, id),
    foreign key (user_id, thread_id) references conversations (user_id, id) on delete cascade
);
-- At most one live run in a thread.
create unique index runs_live on runs (user_id, thread_id) where status in ('queued', 'running');
create index runs_lease on runs (lease_until) where status in ('queued', 'running');

-- The log of a run: events exactly as they were sent, a JSON text a line, several to a row. Text rather than jsonb, because what is
-- replayed must be equal to the byte, and jsonb reorders keys. No foreign key: it would lock a row of runs and look it up once more for
-- every row of the log, and the insert joins runs anyway. What deletes runs deletes their logs; the compaction takes what is left over.
create table run_events (
    user_id uuid not null,
    run_id uuid not null,
    seq bigint not null,
    epoch bigint not null,
    body text not null,
    created_at timestamptz not null default now(),
    primary key (user_id, run_id, seq)
);

-- What the model said in turns that called tools: complete turns only.
create table model_turns (
    user_id uuid not null,
    run_id uuid not null,
    attempt integer not null,
    n integer not null,
    response jsonb not null,
    primary key (user_id, run_id, attempt, n),
    foreign key (user_id, run_id) references runs (user_id, id) on delete cascade
);

-- What each tool call came to: written in the transaction of its effect, so that it takes effect once.
create table tool_effects (
    user_id uuid not null,
    run_id uuid not null,
    turn_n integer not null,
    call_n integer not null,
    tool text not null,
    args_hash bytea not null,
    result jsonb not null,
    primary key (user_id, run_id, turn_n, call_n),
    foreign key (user_id, run_id) references runs (user_id, id) on delete cascade
);

create table idempotency (
    user_id uuid not null references users (id) on delete cascade,
    key text not null,
    request_hash bytea not null,
    run_id uuid not null,
    created_at timestamptz not null,
    primary key (user_id, key)
);
