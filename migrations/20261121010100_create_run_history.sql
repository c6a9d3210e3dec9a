-- Runs and their executions, as people search them. Template of version 1, and its first build.
create schema run_history_v1;

create table run_history_v1.runs (
  run_id            text collate "C" not null,
  organization_id   text collate "C" not null,
  workflow_id       text collate "C" not null,
  workflow_version  integer not null,
  status            text collate "C" not null,
  trigger_kind      text not null,
  trigger_source    text not null,
  triggered_by      text not null,
  source_run_id     text collate "C",
  input             json not null,
  output            json,
  failure           json,
  failure_code      text,
  failure_message   text,
  failed_node_id    text,
  cancelled_by      text,
  cancel_reason     text,
  started_at        timestamptz not null,
  finished_at       timestamptz,
  node_count        integer not null,
  succeeded_count   integer not null,
  failed_count      integer not null,
  skipped_count     integer not null,
  cancelled_count   integer not null,
  last_position     bigint not null,
  last_sequence     bigint not null,
  constraint runs_pkey primary key (run_id),
  constraint runs_status_check check (status in ('running', 'waiting', 'success', 'failure', 'cancelled'))
) with (fillfactor = 80);
-- Run ids begin with their time: the latest first is the id's order backwards.
create index runs_organization_idx on run_history_v1.runs (organization_id, run_id);
create index runs_workflow_idx on run_history_v1.runs (organization_id, workflow_id, run_id);
create index runs_unsuccessful_idx on run_history_v1.runs (organization_id, status, run_id)
 where status <> 'success';

-- One row an attempt of a node. Attempt 0 is what a retry took over from its source run.
create table run_history_v1.executions (
  run_id           text collate "C" not null,
  node_id          text collate "C" not null,
  attempt          integer not null,
  organization_id  text collate "C" not null,
  kind             text, -- of a node that never began only the definition knows it
  status           text collate "C" not null,
  input            json,
  output           json,
  branch           text,
  error            json,
  idempotency_key  text,
  repeats          integer not null,
  due_at           timestamptz,
  resumed_by       text,
  resume_source    text,
  started_at       timestamptz,
  ended_at         timestamptz,
  last_position    bigint not null,
  constraint executions_pkey primary key (run_id, node_id, attempt),
  constraint executions_status_check check (status in
    ('pending', 'running', 'success', 'failure', 'skipped', 'waiting', 'scheduled', 'cancelled', 'auto_swapping'))
) with (fillfactor = 90);

do $$
begin
  alter table run_history_v1.executions alter column input set compression lz4,
    alter column output set compression lz4;
  alter table run_history_v1.runs alter column input set compression lz4,
    alter column output set compression lz4;
exception when feature_not_supported then
  null; -- not every server is built with it
end
$$;

select projection_launch('run_history', 1);
