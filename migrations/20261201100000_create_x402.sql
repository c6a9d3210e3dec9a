-- Money for HTTP requests (x402): runs that somebody pays for, a stream an authorization; requests that wallets
-- pay, a stream a request; and the endpoints of the outside that an organization pays, a stream an organization.
select journal_add_aggregate_type('sale');
select journal_add_aggregate_type('payment');
select journal_add_aggregate_type('paid_endpoints');

-- What became of both. What was signed stays on the ledger.
-- Template of version 1, and its first build.
create schema x402_v1;

create table x402_v1.payments (
  payment_id       text collate "C" not null,
  organization_id  text collate "C" not null,
  endpoint_id      text collate "C", -- where it is one that the organization took up
  run_id           text collate "C",
  node_id          text collate "C",
  workflow_id      text collate "C",
  made_by          text not null,
  method           text collate "C" not null,
  url              text not null, -- without its query
  status           text collate "C" not null,
  wallet_id        text collate "C",
  chain_id         bigint,
  token            text collate "C",
  amount           numeric(78),
  pay_to           text collate "C",
  transaction_hash text collate "C",
  reason           text, -- why nothing was paid, or given
  position         bigint not null, -- of its beginning
  opened_at        timestamptz not null,
  updated_at       timestamptz not null,
  ended_at         timestamptz,
  constraint payments_pkey primary key (payment_id),
  constraint payments_status_check check (status in
    ('opened', 'answered', 'declined', 'wanted', 'denied', 'signed', 'pending', 'refused', 'paid', 'lost',
     'expired'))
) with (fillfactor = 70);
create index payments_organization_idx on x402_v1.payments (organization_id, position);
create index payments_endpoint_idx on x402_v1.payments (organization_id, endpoint_id, position)
 where endpoint_id is not null;
create index payments_run_idx on x402_v1.payments (organization_id, run_id) where run_id is not null;

create table x402_v1.sales (
  sale_id          text collate "C" not null,
  organization_id  text collate "C" not null,
  workflow_id      text collate "C" not null,
  run_id           text collate "C",
  status           text collate "C" not null,
  payer            text collate "C" not null,
  chain_id         bigint not null,
  token            text collate "C" not null,
  amount           numeric(78) not null,
  pay_to           text collate "C" not null,
  transaction_hash text collate "C",
  reason           text, -- why nothing was paid, or it is not known
  position         bigint not null, -- of its beginning
  reserved_at      timestamptz not null,
  updated_at       timestamptz not null,
  ended_at         timestamptz,
  constraint sales_pkey primary key (sale_id),
  constraint sales_status_check check (status in
    ('reserved', 'pending', 'settled', 'refused', 'declined'))
) with (fillfactor = 70);
create index sales_organization_idx on x402_v1.sales (organization_id, position);
create index sales_workflow_idx on x402_v1.sales (organization_id, workflow_id, position);

select projection_launch('x402', 1);
