-- What programs do on a person's behalf: calls of tools over MCP, over HTTP and by `kaam mcp`.

-- One line a call: who, with which token (none for a JWT and for the command line), which tool, a hash of its arguments, what came of it.
-- The line of a call that changed tasks is written in the transaction of the change. Lines are kept for some months.
create table tool_calls (
    user_id uuid not null references users (id) on delete cascade,
    id uuid not null,
    token_id uuid,
    door text not null,
    tool text not null,
    args_hash bytea not null,
    outcome text not null,
    created_at timestamptz not null,
    primary key (user_id, id)
);
create index tool_calls_newest on tool_calls (user_id, created_at desc);

-- The keys by which a program says "the same call again". `result` is empty only inside the transaction of the first call.
create table tool_keys (
    user_id uuid not null references users (id) on delete cascade,
    key text not null,
    request_hash bytea not null,
    result jsonb,
    created_at timestamptz not null,
    primary key (user_id, key)
);

-- How to take a change back: the rows of its tasks before and after it.
create table undos (
    user_id uuid not null references users (id) on delete cascade,
    id uuid not null,
    changes jsonb not null,
    created_at timestamptz not null,
    primary key (user_id, id)
);
