-- What is signed of the ledger: the tree's tiles, the checkpoints, and whether signing has halted. All of it
-- can be made again from the events; what nobody can make again is kept outside of this database.
create table log_identity (
  id           integer not null default 1,
  origin       text not null,
  backend      text not null,
  verifier_key text not null,
  made_at      timestamptz not null default clock_timestamp(),
  constraint log_identity_pkey primary key (id),
  constraint log_identity_id_check check (id = 1)
);

-- 256 hashes of 32 bytes side by side; fewer on the right edge of the tree.
create table log_tiles (
  level  smallint not null,
  index  bigint not null,
  hashes bytea not null,
  constraint log_tiles_pkey primary key (level, index),
  constraint log_tiles_hashes_check check (octet_length(hashes) between 32 and 8192 and octet_length(hashes) % 32 = 0)
);
-- Hashes do not compress.
alter table log_tiles alter column hashes set storage external;

create table log_checkpoints (
  size      bigint not null,
  note      text not null,
  signed_at timestamptz not null default clock_timestamp(),
  constraint log_checkpoints_pkey primary key (size)
);

-- Why nothing is signed any more. No row: nothing is amiss.
create table log_halt (
  id        integer not null default 1,
  reason    text not null,
  halted_at timestamptz not null default clock_timestamp(),
  constraint log_halt_pkey primary key (id),
  constraint log_halt_id_check check (id = 1)
);

grant select, insert on log_identity to chainkeel_app;
grant select, insert, update on log_tiles, log_checkpoints to chainkeel_app;
grant select, insert, update, delete on log_halt to chainkeel_app;
