-- What falls due: delays, retries and the time limits of waits, until they are settled. Template of
-- version 1, and its first build.
create schema timers_v1;

create table timers_v1.timers (
  run_id          text collate "C" not null,
  node_id         text collate "C" not null,
  organization_id text collate "C" not null,
  slot            smallint not null,
  kind            text collate "C" not null,
  due_at          timestamptz not null,
  position        bigint not null,
  constraint timers_pkey primary key (run_id, node_id),
  constraint timers_kind_check check (kind in ('delay', 'retry', 'wait'))
) with (autovacuum_vacuum_scale_factor = 0.05);
create index timers_due_idx on timers_v1.timers (slot, due_at);

select projection_launch('timers', 1);
