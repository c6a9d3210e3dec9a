-- Who does what. A worker renews one row of its own; the rows that fence appends change only when
-- something changes hands, so that a heartbeat never waits behind an append.
create table workers (
  worker_id   uuid not null,
  label       text not null,
  takes_slots boolean not null,
  started_at  timestamptz not null default clock_timestamp(),
  lease_until timestamptz not null,
  constraint workers_pkey primary key (worker_id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- The runs are divided into 256 slots. The epoch grows with each owner; every append of a run
-- names the epoch under which it was decided.
create table slot_leases (
  slot  smallint not null,
  owner uuid,
  epoch bigint not null default 0,
  constraint slot_leases_pkey primary key (slot),
  constraint slot_leases_slot_check check (slot between 0 and 255)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
insert into slot_leases (slot) select generate_series(0, 255);

-- The same for everything else of which there must be one: the sequencer, a schedule, a chain.
create table leases (
  kind  text collate "C" not null,
  key   text collate "C" not null,
  owner uuid,
  epoch bigint not null default 0,
  constraint leases_pkey primary key (kind, key)
);

-- Commands for runs that another process owns.
create table run_inbox (
  command_id text collate "C" not null,
  slot       smallint not null,
  run_id     text collate "C" not null,
  payload    json not null,
  created_at timestamptz not null default clock_timestamp(),
  refusal    json,
  constraint run_inbox_pkey primary key (command_id)
);
create index run_inbox_slot_idx on run_inbox (slot, created_at) where refusal is null;

grant select, insert, update, delete on workers, run_inbox to chainkeel_app;
grant select, update on slot_leases to chainkeel_app;
grant select, insert, update on leases to chainkeel_app;
