-- What wallets are held to on chains: how much of the coin there should be, and who gets more.
select journal_add_aggregate_type('wallet_floor');

insert into projection_house_reads (table_name, columns, reason) values
  ('wallet_floors', '{organization_id, wallet_id, chain_id, slot}',
   'what idle wallets have is looked at now and then');

-- Template of version 1, and its first build.
create schema wallet_floors_v1;

create table wallet_floors_v1.wallet_floors (
  wallet_id       text collate "C" not null,
  chain_id        bigint not null,
  organization_id text collate "C" not null,
  slot            smallint not null,
  floor           text collate "C" not null, -- in wei
  workflow_id     text collate "C", -- that gets more when the wallet cannot pay
  within_ms       bigint,
  is_low          boolean not null,
  balance         text collate "C", -- in wei, at the last crossing
  block_number    bigint,
  set_by          text not null,
  set_at          timestamptz not null,
  crossed_at      timestamptz,
  constraint wallet_floors_pkey primary key (wallet_id, chain_id)
) with (fillfactor = 70);
create index wallet_floors_organization_idx
    on wallet_floors_v1.wallet_floors (organization_id, wallet_id, chain_id);
create index wallet_floors_slot_idx on wallet_floors_v1.wallet_floors (slot);

select projection_launch('wallet_floors', 1);
