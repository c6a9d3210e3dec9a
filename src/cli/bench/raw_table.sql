drop table if exists bench_events;
create table bench_events (
  aggregate_type  text collate "C" not null,
  aggregate_id    text collate "C" not null,
  sequence        bigint not null check (sequence > 0),
  event_type      text not null,
  event_version   text not null,
  payload         json not null,
  metadata        json not null,
  organization_id text collate "C" not null generated always as (metadata ->> 'organization_id') stored,
  xid             xid8 not null default pg_current_xact_id(),
  recorded_at     timestamptz not null default clock_timestamp(),
  primary key (aggregate_type, aggregate_id, sequence)
);
create index on bench_events (xid);
