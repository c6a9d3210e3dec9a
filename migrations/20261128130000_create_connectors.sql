-- Connectors of organizations: a stream each. What is secret of them is sealed, apart from the ledger.
select journal_add_aggregate_type('connector');

-- Which connectors there are, and how they stand. Template of version 1, and its first build.
create schema connectors_v1;

create table connectors_v1.connectors (
  connector_id    text collate "C" not null,
  organization_id text collate "C" not null,
  kind            text collate "C" not null,
  name            text not null,
  description     text,
  owner           text collate "C" not null,
  visibility      text collate "C" not null,
  settings        text not null, -- the fields that are no secrets, as JSON
  hints           text not null, -- what each secret is known by, as JSON
  status          text collate "C" not null,
  reason          text,
  checked_at      timestamptz,
  expires_at      timestamptz,
  scopes          text,
  version         bigint not null,
  created_by      text not null,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  constraint connectors_pkey primary key (connector_id)
);
create index connectors_kind_idx on connectors_v1.connectors (organization_id, kind, connector_id);

select projection_launch('connectors', 1);
