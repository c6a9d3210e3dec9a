-- Execution hooks: where organizations want to be told what happens in their runs. One stream an
-- organization; what is told stands in a log of deliveries, from which it is sent.
select journal_add_aggregate_type('execution_hooks');

-- Up to where the ledger was put down for the endpoints. Moved by compare-and-swap, in the transaction
-- that puts down.
create table hook_feed (
  id       smallint not null,
  position bigint not null,
  constraint hook_feed_pkey primary key (id),
  constraint hook_feed_one_check check (id = 1),
  constraint hook_feed_position_check check (position >= 0)
);

-- Stretches of the ledger that are put down for one endpoint when it has room: what it was too slow for
-- (then there is no end yet: it is met where the feed is), and what somebody wants sent again.
create table hook_stretches (
  stretch_id      text collate "C" not null,
  organization_id text collate "C" not null,
  endpoint_id     text collate "C" not null,
  -- Up to here it was put down.
  position        bigint not null,
  until           bigint,
  is_replay       boolean not null,
  constraint hook_stretches_pkey primary key (stretch_id)
);
create unique index hook_stretches_open_idx on hook_stretches (endpoint_id) where until is null;

-- What is sent, was sent, and was given up: primary like a log, and short-lived. What happened stands on
-- the ledger; the id follows from the endpoint and the event.
create table hook_deliveries (
  delivery_id      text collate "C" not null,
  organization_id  text collate "C" not null,
  endpoint_id      text collate "C" not null,
  event_type       text collate "C" not null,
  -- Of a test there is no event.
  position         bigint,
  node             text not null default '',
  workflow_id      text collate "C",
  run_id           text collate "C",
  execution_id     text,
  sequence         bigint,
  status           text collate "C" not null,
  tries            integer not null default 0,
  -- Counts how often it was wanted again: what was under way then settles nothing.
  round            integer not null default 0,
  max_retries      integer not null,
  next_try_at      timestamptz,
  request_body     text not null,
  request_headers  jsonb,
  response_status  integer,
  response_headers jsonb,
  response_body    text,
  duration_ms      integer,
  error_message    text,
  -- The last tries, the latest last.
  attempts         jsonb not null default '[]',
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  constraint hook_deliveries_pkey primary key (delivery_id),
  constraint hook_deliveries_event_key unique (endpoint_id, position, event_type, node),
  constraint hook_deliveries_status_check check (status in ('pending', 'retrying', 'success', 'failure')),
  constraint hook_deliveries_open_check
    check ((next_try_at is not null) = (status in ('pending', 'retrying')))
);
create index hook_deliveries_due_idx on hook_deliveries (endpoint_id, next_try_at, position)
 where next_try_at is not null;
create index hook_deliveries_log_idx on hook_deliveries (organization_id, delivery_id);
create index hook_deliveries_endpoint_idx on hook_deliveries (endpoint_id, delivery_id);
create index hook_deliveries_age_idx on hook_deliveries (endpoint_id, updated_at)
 where next_try_at is null;

grant select, insert, update on hook_feed to chainkeel_app;
grant select, insert, update, delete on hook_stretches, hook_deliveries to chainkeel_app;

-- A transaction that serves sees and changes nothing but what belongs to the organization that it names;
-- the office that puts down and sends says that it is the office.
alter table hook_deliveries enable row level security;
alter table hook_stretches enable row level security;
create policy hook_deliveries_tenant on hook_deliveries for select to chainkeel_app
  using (organization_id = current_setting('app.organization', true));
create policy hook_stretches_tenant on hook_stretches for select to chainkeel_app
  using (organization_id = current_setting('app.organization', true));
create policy hook_deliveries_office on hook_deliveries to chainkeel_app
  using (current_setting('app.office', true) = 'execution-hooks')
  with check (current_setting('app.office', true) = 'execution-hooks');
create policy hook_stretches_office on hook_stretches to chainkeel_app
  using (current_setting('app.office', true) = 'execution-hooks')
  with check (current_setting('app.office', true) = 'execution-hooks');
