-- What each person has used of the model on each day (UTC). It stays when conversations are deleted. Expand only.
create table usage_days (
    user_id uuid not null references users (id) on delete cascade,
    day date not null,
    tokens bigint not null,
    primary key (user_id, day)
);
