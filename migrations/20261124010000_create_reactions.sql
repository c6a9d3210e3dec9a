-- How far each reaction has followed the ledger. It is moved behind what was carried out.
create table reactions (
  name     text collate "C" not null,
  position bigint not null,
  moved_at timestamptz not null default clock_timestamp(),
  constraint reactions_pkey primary key (name),
  constraint reactions_position_check check (position >= 0)
);

-- Events that a reaction has passed by without having carried them out: it tries them again from
-- here, in the order of their streams. Without a next try an event is parked: a person must look.
create table reaction_arrears (
  name           text collate "C" not null,
  position       bigint not null,
  aggregate_type text collate "C" not null,
  aggregate_id   text collate "C" not null,
  tries          integer not null,
  reason         text not null,
  next_try_at    timestamptz,
  set_aside_at   timestamptz not null default clock_timestamp(),
  constraint reaction_arrears_pkey primary key (name, position)
);
create index reaction_arrears_stream_idx on reaction_arrears (name, aggregate_type, aggregate_id, position)
 where next_try_at is not null;

grant select, insert, update on reactions to chainkeel_app;
grant select, insert, update, delete on reaction_arrears to chainkeel_app;
