-- Tests and their executions, as people list them. Template of version 1, and its first build.
create schema tests_v1;

create table tests_v1.tests (
  test_id         text collate "C" not null,
  organization_id text collate "C" not null,
  name            text not null,
  description     text,
  kind            text collate "C" not null,
  target_id       text,
  case_count      integer not null,
  created_by      text not null,
  created_at      timestamptz not null,
  updated_by      text not null,
  updated_at      timestamptz not null,
  deleted         boolean not null,
  last_position   bigint not null,
  last_sequence   bigint not null,
  constraint tests_pkey primary key (test_id),
  constraint tests_kind_check check (kind in ('workflow', 'task'))
) with (fillfactor = 80);
create index tests_organization_idx on tests_v1.tests (organization_id, test_id);

create table tests_v1.test_executions (
  execution_id     text collate "C" not null,
  organization_id  text collate "C" not null,
  test_id          text collate "C" not null,
  test_version     bigint not null,
  workflow_id      text collate "C",
  workflow_version integer,
  status           text collate "C" not null,
  passed           integer not null,
  failed           integer not null,
  triggered_by     text not null,
  started_at       timestamptz not null,
  completed_at     timestamptz,
  last_position    bigint not null,
  constraint test_executions_pkey primary key (execution_id),
  constraint test_executions_status_check check (status in ('running', 'passed', 'failed'))
) with (fillfactor = 80);
create index test_executions_organization_idx on tests_v1.test_executions (organization_id, execution_id);
create index test_executions_test_idx on tests_v1.test_executions (organization_id, test_id, execution_id);

select projection_launch('tests', 1);
