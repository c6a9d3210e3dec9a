-- How far each schedule has come. Primary, like the claims of triggers: which due times have been
-- dealt with is not to be had from the runs alone, since some are passed over. It moves by
-- compare-and-swap on its revision; that a due time starts one run rests on its claim, not on this.
create table schedule_cursors (
  workflow_id     text collate "C" not null,
  organization_id text collate "C" not null,
  done_through    timestamptz not null, -- every due time up to then was fired or passed over
  last_due        timestamptz,          -- the last one that was fired
  last_fired_at   timestamptz,
  last_run        text collate "C",     -- null where it was passed over at the gate
  plan            jsonb,                -- a decision about missed times that is being carried out
  revision        bigint not null,
  constraint schedule_cursors_pkey primary key (workflow_id),
  constraint schedule_cursors_revision_check check (revision > 0)
) with (fillfactor = 70);
grant select, insert, update on schedule_cursors to chainkeel_app;
