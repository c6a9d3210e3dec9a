-- The documents that wallets are to sign: a stream a document.
select journal_add_aggregate_type('signature_request');

insert into projection_house_reads (table_name, columns, reason) values
  ('signature_requests', '{organization_id, intent_id, slot, ended_at}',
   'documents that are to be signed go on after a restart');

-- What became of the documents that should be signed. The documents themselves stay on the ledger.
-- Template of version 1, and its first build.
create schema signature_requests_v1;

create table signature_requests_v1.signature_requests (
  intent_id          text collate "C" not null,
  organization_id    text collate "C" not null,
  slot               smallint not null,
  wallet_id          text collate "C" not null,
  chain_id           bigint, -- none where the document names none
  run_id             text collate "C" not null,
  node_id            text collate "C" not null,
  workflow_id        text collate "C" not null,
  holder             text, -- who uses the signature, where that is not the node
  primary_type       text not null,
  verifying_contract text collate "C",
  digest             text collate "C" not null,
  status             text collate "C" not null,
  reason             text, -- why it came to nothing
  position           bigint not null, -- of its acceptance
  accepted_at        timestamptz not null,
  updated_at         timestamptz not null,
  ended_at           timestamptz,
  constraint signature_requests_pkey primary key (intent_id),
  constraint signature_requests_status_check check (status in
    ('accepted', 'allowed', 'denied', 'signing', 'signed', 'refused', 'cancelled', 'settled', 'lapsed'))
) with (fillfactor = 70);
create index signature_requests_organization_idx
    on signature_requests_v1.signature_requests (organization_id, position);
create index signature_requests_wallet_idx
    on signature_requests_v1.signature_requests (organization_id, wallet_id, position);
create index signature_requests_run_idx
    on signature_requests_v1.signature_requests (organization_id, run_id);
create index signature_requests_open_idx on signature_requests_v1.signature_requests (slot)
 where ended_at is null;

select projection_launch('signature_requests', 1);
