-- On which day a person's week begins; null is Monday. Expand only: an older binary never reads it.
alter table users add column week_start text;
