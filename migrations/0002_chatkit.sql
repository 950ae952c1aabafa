-- The rest of the ChatKit protocol. Expand only: an older binary goes on working beside it.

-- What people think of answers. One opinion an item.
create table item_feedback (
    user_id uuid not null,
    item_id uuid not null,
    thread_id uuid not null,
    kind text not null,
    created_at timestamptz not null,
    primary key (user_id, item_id),
    foreign key (user_id, item_id) references messages (user_id, id) on delete cascade
);
create index item_feedback_newest on item_feedback (user_id, created_at desc);
