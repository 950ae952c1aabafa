-- The texts of the history go when nothing can be undone any more. Expand only: an older binary never reads rows that are so old.

-- When the rows of before and after lost all but what happened to each task (store::history::forget_texts).
alter table task_history add column forgotten_at timestamptz;
create index task_history_to_forget on task_history (created_at) where forgotten_at is null;
