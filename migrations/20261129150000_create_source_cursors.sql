-- How far each source that is asked now and then was read for a workflow, and how it is doing. A
-- cursor moves by compare-and-swap, after everything before it has been handed on.
create table source_cursors (
  organization_id text collate "C" not null,
  workflow_id     text collate "C" not null,
  -- Changes with every change; whoever saw another one does not write.
  revision        bigint not null,
  -- Which version of the workflow asked last, and a hash of how: other settings begin anew.
  version         integer not null,
  settings        text collate "C" not null,
  cursor          text,
  polled_at       timestamptz not null,
  next_at         timestamptz not null,
  failures        integer not null,
  problem         text,
  items           bigint not null,
  constraint source_cursors_pkey primary key (organization_id, workflow_id)
);
grant select, insert, update on source_cursors to chainkeel_app;
