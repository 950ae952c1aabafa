-- Tasks that come back: a recurrence rule of RFC 5545, without "RRULE:". Expand only: rows of an older server have none.

alter table tasks add column repeat text;
