-- What is remembered of each trigger on a price: on which side of its target the price was last, how
-- often it has fired, and a firing that is being carried out. Primary: the prices are not kept. It
-- changes by compare-and-swap, before what it says is acted upon.
create table price_marks (
  subscriber      text collate "C" not null, -- a workflow, or a run and its node
  organization_id text collate "C" not null,
  since           timestamptz not null,      -- since when the trigger is what it is
  memory          jsonb not null,
  pending         jsonb,                     -- what is being fired
  revision        bigint not null,
  constraint price_marks_pkey primary key (subscriber),
  constraint price_marks_revision_check check (revision > 0)
) with (fillfactor = 70);
grant select, insert, update, delete on price_marks to chainkeel_app;

-- When a stream that is heard over a connection was not heard, for operators. The house notes it;
-- nothing is decided by it.
create table stream_gaps (
  stream   text collate "C" not null,
  began_at timestamptz not null, -- when something that counts was heard last
  reason   text not null,
  ended_at timestamptz,          -- null while it goes on
  constraint stream_gaps_pkey primary key (stream, began_at)
);
grant select, insert, update, delete on stream_gaps to chainkeel_app;
