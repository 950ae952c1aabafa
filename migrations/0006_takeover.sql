-- What a run needs to be answered by another process than the one that accepted it. Expand only: runs of an older binary have none, and are
-- closed as before.
alter table runs add column request jsonb;
