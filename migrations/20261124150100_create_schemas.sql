-- JSON Schemas of organizations: a stream each, with all its versions.
select journal_add_aggregate_type('schema');

-- Which schemas there are. The versions stay on the ledger, where they are read from. Template of
-- version 1, and its first build.
create schema schemas_v1;

create table schemas_v1.schemas (
  schema_id       text collate "C" not null,
  organization_id text collate "C" not null,
  namespace       text collate "C" not null,
  name            text collate "C" not null,
  version         text collate "C" not null, -- the latest
  versions        integer not null,
  description     text,
  owner           text,
  tags            text[] not null,
  compatibility   text collate "C" not null,
  deprecated      boolean not null,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  constraint schemas_pkey primary key (schema_id)
);
create unique index schemas_name_idx on schemas_v1.schemas (organization_id, namespace, name);

select projection_launch('schemas', 1);
