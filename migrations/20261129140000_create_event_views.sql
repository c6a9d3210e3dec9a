-- What the events of a name look like: a stream a name.
select journal_add_aggregate_type('event_definition');

-- Events that were published or emitted, and their definitions. Payloads and schemas stay on the
-- ledger, where they are read from. Template of version 1, and its first build.
create schema happenings_v1;

create table happenings_v1.happenings (
  position        bigint not null,
  organization_id text collate "C" not null,
  event_id        text collate "C" not null, -- evt_… of what was published, run_…#n of what a run emitted
  name            text collate "C" not null,
  source          text collate "C",
  source_type     text collate "C" not null,
  correlation_id  text collate "C",
  occurred_at     timestamptz not null, -- in the words of the sender, or else as below
  at              timestamptz not null,
  constraint happenings_pkey primary key (position)
);
create index happenings_organization_idx on happenings_v1.happenings (organization_id, position);
create index happenings_name_idx on happenings_v1.happenings (organization_id, name, position);
create index happenings_correlation_idx
    on happenings_v1.happenings (organization_id, correlation_id, position)
 where correlation_id is not null;

create table happenings_v1.event_definitions (
  definition_id   text collate "C" not null,
  version         text collate "C" not null,
  organization_id text collate "C" not null,
  name            text collate "C" not null,
  description     text,
  source_types    text[] not null,
  status          text collate "C" not null,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  constraint event_definitions_pkey primary key (definition_id, version)
);
create index event_definitions_name_idx
    on happenings_v1.event_definitions (organization_id, name, version);

-- The runs that events have started under a key, and the positions between which they went on.
create table happenings_v1.keyed_runs (
  run_id          text collate "C" not null,
  organization_id text collate "C" not null,
  workflow_id     text collate "C" not null,
  key             text collate "C" not null,
  position        bigint not null,
  ended_at        bigint,
  constraint keyed_runs_pkey primary key (run_id)
);
create index keyed_runs_key_idx
    on happenings_v1.keyed_runs (organization_id, workflow_id, key, position);

select projection_launch('happenings', 1);

-- What the reaction to events has done: figures for operators, written once a second.
create table event_figures (
  organization_id text collate "C" not null,
  processed       bigint not null,
  errors          bigint not null,
  total_ms        bigint not null,
  constraint event_figures_pkey primary key (organization_id)
);
grant select, insert, update on event_figures to chainkeel_app;
