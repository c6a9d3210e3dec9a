-- What organizations have used of the limits of their policies: a stream an organization.
select journal_add_aggregate_type('spending');

insert into projection_house_reads (table_name, columns, reason) values
  ('transactions', '{organization_id, lane, slot, ended_at}',
   'lanes of wallets in which something is to be sent go on after a restart');

-- What became of the transactions that runs want. The transactions themselves stay on the ledger.
-- Template of version 1, and its first build.
create schema transactions_v1;

create table transactions_v1.transactions (
  intent_id       text collate "C" not null,
  organization_id text collate "C" not null,
  slot            smallint not null,
  lane            text collate "C" not null, -- the stream: wallet and chain
  wallet_id       text collate "C" not null,
  chain_id        bigint not null,
  run_id          text collate "C" not null,
  node_id         text collate "C" not null,
  workflow_id     text collate "C" not null,
  status          text collate "C" not null,
  receiver        text collate "C",
  value           text collate "C" not null, -- in wei
  nonce           bigint,
  hash            text collate "C",
  block_number    bigint,
  reason          text, -- why it came to nothing
  position        bigint not null, -- of its acceptance
  accepted_at     timestamptz not null,
  updated_at      timestamptz not null,
  ended_at        timestamptz,
  constraint transactions_pkey primary key (intent_id),
  constraint transactions_status_check check (status in
    ('accepted', 'allowed', 'denied', 'simulated', 'simulation_failed', 'signing', 'signed',
     'broadcast', 'included', 'succeeded', 'reverted', 'cancelled'))
) with (fillfactor = 70);
create index transactions_organization_idx
    on transactions_v1.transactions (organization_id, position);
create index transactions_wallet_idx
    on transactions_v1.transactions (organization_id, wallet_id, position);
create index transactions_run_idx on transactions_v1.transactions (organization_id, run_id);
create index transactions_open_idx on transactions_v1.transactions (slot, lane)
 where ended_at is null;

select projection_launch('transactions', 1);
