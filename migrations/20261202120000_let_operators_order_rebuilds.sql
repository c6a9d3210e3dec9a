-- That a view is to be made anew, and how far that is: one row a view, of the last time it was wanted. Primary, as
-- what else operators order of views: no event says it, since it is about this installation and not about its history.
create table projection_rebuilds (
  projection  text collate "C"  not null,
  wanted_at   timestamptz       not null,
  wanted_by   text              not null,
  most        integer,                     -- events a second that may be folded; as many as it can where null
  phase       text              not null default 'waiting',
  position    bigint            not null default 0,
  target      bigint            not null default 0,
  per_second  double precision  not null default 0,  -- events folded a second
  finished_at timestamptz,
  outcome     text,
  detail      text,
  constraint projection_rebuilds_pkey primary key (projection),
  constraint projection_rebuilds_most_check check (most > 0),
  constraint projection_rebuilds_phase_check
    check (phase in ('waiting', 'folding', 'indexing', 'comparing', 'flipping')),
  constraint projection_rebuilds_outcome_check
    check (outcome in ('same', 'different', 'notCompared', 'failed')),
  constraint projection_rebuilds_finished_check check ((outcome is null) = (finished_at is null))
);
grant select, update on projection_rebuilds to chainkeel_projector;
grant select, insert, update on projection_rebuilds to chainkeel_app;
