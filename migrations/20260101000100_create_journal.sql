-- The ledger. Insert-only: the role that serves may neither update nor delete an event.
-- The first seven columns are postgres-es 0.5's; a plain postgres-es program reads and appends here.
create table events (
  aggregate_type  text collate "C" not null,
  aggregate_id    text collate "C" not null,
  sequence        bigint not null,
  event_type      text not null,
  event_version   text not null,
  payload         json not null,
  metadata        json not null,
  organization_id text collate "C" not null generated always as (metadata ->> 'organization_id') stored,
  -- Who wrote it, as a transaction: what the sequencer tells the fresh from the known by.
  xid             xid8 not null default pg_current_xact_id(),
  recorded_at     timestamptz not null default clock_timestamp(),
  constraint events_pkey primary key (aggregate_type, aggregate_id, sequence),
  constraint events_sequence_check check (sequence > 0)
) partition by list (aggregate_type);
create index events_xid_idx on events (xid);

-- lz4 compresses a definition some ten times faster than pglz; not every server is built with it.
do $$
begin
  alter table events alter column payload set compression lz4;
exception when feature_not_supported then
  null;
end
$$;

-- A new aggregate type is one line of a later migration: select journal_add_aggregate_type('wallet');
create function journal_add_aggregate_type(p_type text) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
  execute format('create table %I partition of events for values in (%L)', 'events_' || p_type, p_type);
end
$$;
revoke execute on function journal_add_aggregate_type from public;

select journal_add_aggregate_type('workflow');
-- Run ids begin with their time, so that ranges of ids are months. There is no default partition:
-- an insert without a month fails loudly instead of filling a table that can never be detached.
create table events_run partition of events for values in ('run') partition by range (aggregate_id);

-- The global order: dense, assigned once by the sequencer, for ever.
create table event_log (
  position       bigint not null,
  aggregate_type text collate "C" not null,
  aggregate_id   text collate "C" not null,
  sequence       bigint not null,
  constraint event_log_pkey primary key (position),
  constraint event_log_stream_key unique (aggregate_type, aggregate_id, sequence)
);

-- Payloads too large for a row, by the hash of their text. Written before the event that names them.
create table blobs (
  sha256     bytea not null,
  size       integer not null,
  content    text not null,
  created_at timestamptz not null default clock_timestamp(),
  constraint blobs_pkey primary key (sha256),
  constraint blobs_sha256_check check (octet_length(sha256) = 32)
);

-- Which run a trigger's firing started. Unpartitioned: it must outlive the months of the runs.
create table trigger_claims (
  organization_id text collate "C" not null,
  trigger_id      text collate "C" not null,
  run_id          text collate "C" not null,
  claimed_at      timestamptz not null default clock_timestamp(),
  constraint trigger_claims_pkey primary key (organization_id, trigger_id)
);

-- What was answered to a request with an Idempotency-Key; kept for 24 hours.
create table idempotency_receipts (
  organization_id text collate "C" not null,
  principal       text collate "C" not null,
  route           text collate "C" not null,
  key             text collate "C" not null,
  fingerprint     text not null,
  status          smallint not null,
  response        json not null,
  created_at      timestamptz not null default clock_timestamp(),
  constraint idempotency_receipts_pkey primary key (organization_id, principal, route, key)
);
create index idempotency_receipts_created_at_idx on idempotency_receipts (created_at);

grant select, insert on events, event_log, blobs, trigger_claims to chainkeel_app;
grant select, insert, delete on idempotency_receipts to chainkeel_app;
grant select on events, event_log, blobs to chainkeel_projector;
