-- In which digits a person sees the page's dates and counts; null is Latin. Expand only: an older binary never reads it.
alter table users add column digits text;
