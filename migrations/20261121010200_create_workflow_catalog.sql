-- Workflows and their versions. Template of version 1, and its first build.
create schema workflow_catalog_v1;

create table workflow_catalog_v1.workflows (
  workflow_id         text collate "C" not null,
  organization_id     text collate "C" not null,
  name                text not null,
  description         text,
  status              text collate "C" not null,
  pause_reason        text,
  draft               json,
  live_version        integer,
  webhook_secret_hash text collate "C" not null,
  created_by          text not null,
  updated_by          text not null,
  created_at          timestamptz not null,
  updated_at          timestamptz not null,
  last_position       bigint not null,
  last_sequence       bigint not null,
  constraint workflows_pkey primary key (workflow_id),
  constraint workflows_status_check check (status in ('draft', 'active', 'paused', 'archived'))
) with (fillfactor = 80);
create index workflows_organization_idx on workflow_catalog_v1.workflows (organization_id, workflow_id);

-- Immutable once written.
create table workflow_catalog_v1.workflow_versions (
  workflow_id      text collate "C" not null,
  version          integer not null,
  organization_id  text collate "C" not null,
  definition       json not null,
  restored_version integer,
  published_by     text not null,
  published_at     timestamptz not null,
  position         bigint not null,
  constraint workflow_versions_pkey primary key (workflow_id, version)
);

do $$
begin
  alter table workflow_catalog_v1.workflows alter column draft set compression lz4;
  alter table workflow_catalog_v1.workflow_versions alter column definition set compression lz4;
exception when feature_not_supported then
  null; -- not every server is built with it
end
$$;

select projection_launch('workflow_catalog', 1);
