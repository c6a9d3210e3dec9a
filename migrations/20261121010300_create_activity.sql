-- What happened, as people read it: runs that began, ended or failed a node, and what was done to
-- workflows. Template of version 1, and its first build.
create schema activity_v1;

create table activity_v1.activity (
  position        bigint not null,
  organization_id text collate "C" not null,
  kind            text collate "C" not null,
  workflow_id     text collate "C",
  run_id          text collate "C",
  node_id         text,
  actor           text not null,
  summary         text not null,
  detail          json,
  occurred_at     timestamptz not null,
  constraint activity_pkey primary key (position)
);
create index activity_organization_idx on activity_v1.activity (organization_id, position);
create index activity_workflow_idx on activity_v1.activity (organization_id, workflow_id, position);
create index activity_run_idx on activity_v1.activity (run_id, position) where run_id is not null;

-- Which workflow an open run belongs to: only its first event says so.
create table activity_v1.activity_open_runs (
  run_id      text collate "C" not null,
  workflow_id text collate "C" not null,
  constraint activity_open_runs_pkey primary key (run_id)
);

select projection_launch('activity', 1);
