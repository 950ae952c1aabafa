-- Files of people. Expand only: an older binary goes on working beside it.

-- No foreign keys: the bytes lie elsewhere, and a row is forgotten only when they are gone. `removed_at` hides a file at once; the
-- hourly round then deletes its bytes, then the row. Without a size the bytes have not come yet; without a thread no message has it.
create table attachments (
    user_id uuid not null,
    id uuid not null,
    thread_id uuid,
    name text not null,
    mime_type text not null,
    size bigint,
    blob uuid,
    created_at timestamptz not null,
    removed_at timestamptz,
    primary key (user_id, id)
);
create index attachments_of_thread on attachments (user_id, thread_id) where thread_id is not null;
create index attachments_unsent on attachments (created_at) where thread_id is null;
create index attachments_removed on attachments (removed_at) where removed_at is not null;
