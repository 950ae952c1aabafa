-- The trash, and the history of tasks. Expand only: an older binary goes on working beside it (it shows what lies in the trash, and writes
-- no history).

-- A task that was deleted lies in the trash until it is restored, or removed after some time (store::history::KEEP).
alter table tasks add column trashed_at timestamptz;
create index tasks_trashed on tasks (trashed_at) where trashed_at is not null;

-- One row a command that changed tasks: who did it, by which door, and the rows of its tasks before and after. What is undone, and what
-- changed, is read here. `group_id` joins commands that are undone together (those of one run); `undoes` names the group that this command
-- took back.
create table task_history (
    user_id uuid not null references users (id) on delete cascade,
    id uuid not null,
    group_id uuid not null,
    thread_id uuid,
    actor text not null,
    token_id uuid,
    door text not null,
    command text not null,
    changes jsonb not null,
    created_at timestamptz not null,
    undone_at timestamptz,
    undoes uuid,
    primary key (user_id, id)
);
create index task_history_newest on task_history (user_id, created_at desc, id desc);
create index task_history_of_thread on task_history (user_id, thread_id, created_at desc, id desc) where thread_id is not null;

-- Undo tokens that were given out before stay good. Nothing is written to `undos` any more; a later migration drops it.
insert into task_history (user_id, id, group_id, actor, door, command, changes, created_at)
    select user_id, id, id, 'token', 'unknown', 'change', changes, created_at from undos;
