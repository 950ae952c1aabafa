-- Logs are removed run by run, the oldest first and some at a time: the log has no index by time, and needs none.
alter table runs add column compacted_at timestamptz;
create index runs_to_compact on runs (finished_at) where compacted_at is null and finished_at is not null;
-- The newest run of a thread, and all of them when the thread is deleted.
create index runs_by_thread on runs (user_id, thread_id, created_at);
