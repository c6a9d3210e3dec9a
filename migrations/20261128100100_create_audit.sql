-- What was refused at the door: a stream for what one process noted at one time.
select journal_add_aggregate_type('audit');

-- The audit log: who did what, from where, and what was refused. Template of version 1, and its
-- first build.
create schema audit_v1;

create table audit_v1.audit (
  position        bigint not null,
  organization_id text collate "C" not null,
  at              timestamptz not null,
  outcome         text collate "C" not null,
  action          text collate "C" not null,
  actor           text collate "C" not null,
  subject         text collate "C" not null,
  address         text collate "C",
  request_id      text collate "C",
  times           bigint not null,
  detail          jsonb not null,
  constraint audit_pkey primary key (position),
  constraint audit_outcome_check check (outcome in ('allowed', 'refused'))
);
create index audit_list_idx on audit_v1.audit (organization_id, position desc);
create index audit_time_idx on audit_v1.audit (organization_id, at);

select projection_launch('audit', 1);
