-- Compute units: what organizations were given is a stream each, what they used follows from the
-- events of their runs.
select journal_add_aggregate_type('account');

-- Template of version 1, and its first build.
create schema usage_v1;

-- What each run used. Its first event says whose run it is; the later ones are added.
create table usage_v1.run_units (
  run_id          text collate "C" not null,
  organization_id text collate "C" not null,
  workflow_id     text collate "C" not null,
  executions      bigint not null,
  units           bigint not null,
  constraint run_units_pkey primary key (run_id)
) with (fillfactor = 80);

-- What was used, by day (UTC), workflow, node type and table of prices. Runs of many lanes add to
-- the same rows, always in the order of the key.
create table usage_v1.usage_days (
  organization_id text collate "C" not null,
  day             date not null,
  workflow_id     text collate "C" not null,
  node_type       text collate "C" not null,
  role            text collate "C" not null,
  prices          integer not null,
  executions      bigint not null,
  units           bigint not null,
  constraint usage_days_pkey primary key (organization_id, day, workflow_id, node_type, role, prices),
  constraint usage_days_role_check check (role in ('trigger', 'action'))
) with (fillfactor = 80);

-- The same in sum: what a balance is made of, and asked for every second.
create table usage_v1.used_days (
  organization_id text collate "C" not null,
  day             date not null,
  units           bigint not null,
  constraint used_days_pkey primary key (organization_id, day)
) with (fillfactor = 80);

create table usage_v1.accounts (
  organization_id text collate "C" not null,
  metered         boolean not null,
  monthly_grant   bigint not null,
  min_threshold   bigint not null,
  exhausted       boolean not null,
  granted_month   text collate "C", -- the last for which the plan's grant was made
  version         bigint not null,
  constraint accounts_pkey primary key (organization_id)
);

-- What was granted and paid for, by month (its first day).
create table usage_v1.credits (
  organization_id text collate "C" not null,
  month           date not null,
  granted         bigint not null,
  deposited       bigint not null,
  constraint credits_pkey primary key (organization_id, month)
);

-- The days whose usage counts against the balance: from the first one up to, not including, the last.
create table usage_v1.metered_days (
  organization_id text collate "C" not null,
  began_on        date not null,
  ended_on        date,
  constraint metered_days_pkey primary key (organization_id, began_on)
);

-- The clerk makes the month's grants and notes whose units are used up, for all organizations.
insert into projection_house_reads (table_name, columns, reason) values
  ('accounts',     '{organization_id, metered, monthly_grant, min_threshold, exhausted, granted_month, version}',
   'grants of the month are made, and accounts that are used up are told'),
  ('credits',      '{organization_id, granted, deposited}', 'what an account was given'),
  ('metered_days', '{organization_id, began_on, ended_on}', 'which days count against it'),
  ('used_days',    '{organization_id, day, units}',         'what was used on them');

select projection_launch('usage', 1);
