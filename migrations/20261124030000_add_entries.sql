-- Values that workflows keep between their runs: a stream a key.
select journal_add_aggregate_type('entry');

-- Which keys there are. The values stay on the ledger, where they are read from. Template of
-- version 1, and its first build.
create schema storage_v1;

create table storage_v1.entries (
  entry_id        text collate "C" not null,
  organization_id text collate "C" not null,
  -- Empty for the entries of the organization.
  workflow_id     text collate "C" not null,
  store           text collate "C" not null,
  key             text collate "C" not null,
  version         bigint not null,
  updated_by      text not null,
  updated_at      timestamptz not null,
  constraint entries_pkey primary key (entry_id)
) with (autovacuum_vacuum_scale_factor = 0.05);
create unique index entries_place_idx on storage_v1.entries (organization_id, workflow_id, store, key);

select projection_launch('storage', 1);
