-- Interfaces that are written as data: a stream each.
select journal_add_aggregate_type('ui_component');

-- Which there are. What is in them stays on the ledger, where it is read from. Template of version 1, and
-- its first build.
create schema ui_components_v1;

create table ui_components_v1.ui_components (
  component_id    text collate "C" not null,
  organization_id text collate "C" not null,
  name            text not null,
  description     text,
  component_type  text collate "C" not null,
  retired         boolean not null,
  version         bigint not null,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  constraint ui_components_pkey primary key (component_id),
  constraint ui_components_type_check check (component_type in ('Form', 'Modal', 'Display', 'Custom'))
);
create index ui_components_organization_idx on ui_components_v1.ui_components (organization_id, component_id);

select projection_launch('ui_components', 1);
