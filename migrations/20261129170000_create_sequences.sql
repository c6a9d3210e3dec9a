-- The sequences of events that an organization expects: a stream an organization. The stories that
-- they follow: a stream each.
select journal_add_aggregate_type('event_sequences');
select journal_add_aggregate_type('sequence_instance');

insert into projection_house_reads (table_name, columns, reason) values
  ('sequence_instances', '{instance_id, organization_id, slot, due_at}',
   'sequences of events that are not complete in time fail');

-- How the stories stand. What they follow, and which events came, stays on the ledger. Template of
-- version 1, and its first build.
create schema sequences_v1;

create table sequences_v1.sequence_instances (
  instance_id     text collate "C" not null,
  organization_id text collate "C" not null,
  slot            smallint not null,
  name            text collate "C" not null,
  version         text collate "C" not null,
  key             text collate "C" not null,
  status          text collate "C" not null,
  steps           integer not null,
  processed       integer not null,
  attempts        integer not null,
  failure         text collate "C",
  due_at          timestamptz, -- when it fails; null where it does not go on
  position        bigint not null, -- of its beginning
  opened_at       timestamptz not null,
  updated_at      timestamptz not null,
  ended_at        timestamptz,
  constraint sequence_instances_pkey primary key (instance_id),
  constraint sequence_instances_status_check check (status in
    ('created', 'in_progress', 'completed', 'failed', 'abandoned'))
) with (fillfactor = 80);
create index sequence_instances_name_idx
    on sequences_v1.sequence_instances (organization_id, name, position);
create index sequence_instances_open_idx on sequences_v1.sequence_instances (organization_id)
 where due_at is not null;
create index sequence_instances_due_idx on sequences_v1.sequence_instances (slot, due_at)
 where due_at is not null;

select projection_launch('sequences', 1);
