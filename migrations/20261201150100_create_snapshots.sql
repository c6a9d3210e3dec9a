-- States of long streams as they were at some event, so that such a stream is not folded from its beginning
-- each time. A cache of what the ledger says: a row may be deleted at any time.
create table snapshots (
  aggregate_type text collate "C" not null,
  aggregate_id   text collate "C" not null,
  form           integer          not null, -- how the state is written; of another form it is not read
  sequence       bigint           not null, -- the last event that it contains
  recorded_at    timestamptz      not null, -- of that event: a state of another history is not read
  state          jsonb            not null,
  constraint snapshots_pkey primary key (aggregate_type, aggregate_id)
) with (fillfactor = 50);
grant select, insert, update on snapshots to chainkeel_app;
