-- What lets in to one file whoever knows it: it stands in the addresses that clients are given. Expand only: an older binary goes on
-- working beside it, and what it announces gets a key all the same.
alter table attachments add column key uuid not null default gen_random_uuid();
create unique index attachments_of_key on attachments (key);
