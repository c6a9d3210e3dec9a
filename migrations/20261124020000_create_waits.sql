-- Events that are published: a stream each.
select journal_add_aggregate_type('event');

-- Open waits for events, until each has ended. Template of version 1, and its first build.
create schema waits_v1;

create table waits_v1.waits (
  run_id          text collate "C" not null,
  node_id         text collate "C" not null,
  organization_id text collate "C" not null,
  pattern         text collate "C" not null,
  config          text not null, -- JSON: pattern, condition and mapping, as the node was given them
  position        bigint not null, -- of the event with which the wait opened
  constraint waits_pkey primary key (run_id, node_id)
) with (autovacuum_vacuum_scale_factor = 0.05);
-- Who waits for a pattern, a page after the other.
create index waits_pattern_idx on waits_v1.waits (organization_id, pattern, run_id, node_id);
-- The patterns that more than one name matches: they are looked through for each event.
create index waits_wild_idx on waits_v1.waits (organization_id, pattern)
 where pattern like '%*%';

select projection_launch('waits', 1);
