-- The sequencer looks at the months of runs alone while nothing else is written: to get ready for the partitions of
-- all types, four times a tick, took eight times as long as what is done with them, a quarter of a core under load.
--
-- How it knows: whoever writes an event that is not of a run draws a number first, whichever way it writes, and is a
-- known transaction before it draws. Numbers are seen at once, also those of transactions that are still open. So
-- the sequencer looks at everything where numbers were drawn since it last looked, and until all transactions are
-- over that may have drawn them.
set local lock_timeout = '10s';

create sequence other_events;
-- The first number does not change the sequence's last value: only later ones tell that something was drawn.
select nextval('other_events');
grant usage, select on sequence other_events to chainkeel_app;

create function journal_note_other() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  perform pg_current_xact_id();
  perform nextval('other_events');
  return new;
end
$$;
-- Also of partitions to come. It waits until all are over who write now: they have drawn nothing.
create trigger note_other before insert on events for each row
  when (new.aggregate_type <> 'run') execute function journal_note_other();

alter table sequencer
  -- The last number that it knew of; none of them at first.
  add column others_noted bigint not null default 0,
  -- Whoever drew it or one before it is a transaction before this one.
  add column others_before xid8;

-- Whether a transaction that has ended since this snapshot wrote events: of runs, or of all types. Runs are asked
-- of their own table: by a condition on the type the planner would take the key of events, and read all of a month.
grant select on events_run to chainkeel_app;
create function journal_is_fresh(p_prev pg_snapshot, p_all boolean) returns boolean
language plpgsql stable set search_path = public, pg_temp as $$
declare
  ended xid8[] := array(select x from pg_snapshot_xip(p_prev) x where pg_visible_in_snapshot(x, pg_current_snapshot()));
begin
  if exists (select from events_run e where e.xid >= pg_snapshot_xmax(p_prev))
     or exists (select from events_run e where e.xid = any (ended)) then
    return true;
  end if;
  if not p_all then
    return false;
  end if;
  return exists (select from events e where e.aggregate_type <> 'run' and e.xid >= pg_snapshot_xmax(p_prev))
      or exists (select from events e where e.aggregate_type <> 'run' and e.xid = any (ended));
end
$$;

-- The events of transactions that have ended between two snapshots: of runs, or of all types.
create function journal_fresh(p_prev pg_snapshot, p_cur pg_snapshot, p_all boolean)
returns table (aggregate_type text, aggregate_id text, sequence bigint, event_type text, xid xid8)
language plpgsql stable set search_path = public, pg_temp as $$
declare
  ended xid8[] := array(select x from pg_snapshot_xip(p_prev) x where pg_visible_in_snapshot(x, p_cur));
begin
  return query
  select e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.xid from events_run e
   where e.xid >= pg_snapshot_xmax(p_prev) and e.xid < pg_snapshot_xmax(p_cur) and pg_visible_in_snapshot(e.xid, p_cur)
  union all
  select e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.xid from events_run e
   where e.xid = any (ended);
  if p_all then
    return query
    select e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.xid from events e
     where e.aggregate_type <> 'run'
       and e.xid >= pg_snapshot_xmax(p_prev) and e.xid < pg_snapshot_xmax(p_cur) and pg_visible_in_snapshot(e.xid, p_cur)
    union all
    select e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.xid from events e
     where e.aggregate_type <> 'run' and e.xid = any (ended);
  end if;
end
$$;

-- As before but for what it looks at. Servers of the release before call it as well.
create or replace function journal_sequence(p_owner uuid, p_epoch bigint)
returns table (new_head bigint, assigned bigint)
language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  prev   pg_snapshot;
  cur    pg_snapshot;
  h      bigint;
  c      bigint;
  broken text;
  noted  bigint; -- numbers that were known, and who drew them
  before xid8;
  drawn  bigint; -- numbers that are drawn
  is_all boolean;
begin
  select s.last_snapshot, s.head, s.others_noted, s.others_before into prev, h, noted, before from sequencer s
   where s.id = 1 and s.owner = p_owner and s.epoch = p_epoch;
  if not found then
    raise exception 'the sequencer was taken over' using errcode = 'CK001';
  end if;
  select o.last_value into drawn from other_events o;
  is_all := drawn <> noted or pg_snapshot_xmin(prev) < before;
  if not journal_is_fresh(prev, is_all) then
    return query select h, 0::bigint;
    return;
  end if;

  -- From here on this is a transaction itself, and all who drew what is known by now are before it.
  select s.last_snapshot, s.head, s.others_noted, s.others_before into prev, h, noted, before from sequencer s
   where s.id = 1 and s.owner = p_owner and s.epoch = p_epoch for update;
  if not found then
    raise exception 'the sequencer was taken over' using errcode = 'CK001';
  end if;
  if drawn <> noted then
    noted := drawn;
    before := pg_current_xact_id();
  end if;
  cur := pg_current_snapshot();
  -- Read after the snapshot: whoever is over in it has drawn before.
  select o.last_value into drawn from other_events o;
  is_all := drawn <> noted or pg_snapshot_xmin(prev) < before;

  with fresh as (select * from journal_fresh(prev, cur, is_all)),
  ordered as (
    -- A later event of a stream may carry an earlier transaction id: the running maximum keeps the
    -- stream in order.
    select f.*, max(f.xid) over stream as mx, lag(f.sequence) over stream as prior
      from fresh f window stream as (partition by f.aggregate_type, f.aggregate_id order by f.sequence)),
  placed as (
    insert into event_log (position, aggregate_type, aggregate_id, sequence, event_type)
    select h + row_number() over (order by o.mx, o.aggregate_type, o.aggregate_id, o.sequence),
           o.aggregate_type, o.aggregate_id, o.sequence, o.event_type
      from ordered o)
  select count(*),
         min(format('%s %s %s', o.aggregate_type, o.aggregate_id, o.sequence)) filter (where case
           when o.prior is not null then o.prior <> o.sequence - 1
           when o.sequence = 1 then false
           else (select true from event_log l where l.aggregate_type = o.aggregate_type
                    and l.aggregate_id = o.aggregate_id and l.sequence = o.sequence - 1) is null
         end)
    into c, broken from ordered o;
  if broken is not null then
    raise exception 'the event before % is missing', broken using errcode = 'CK002';
  end if;

  update sequencer s
     set last_snapshot = cur, head = h + c, others_noted = noted, others_before = before where s.id = 1;
  if c > 0 then
    perform pg_notify('log_head', (h + c)::text); -- one a tick, never one an append
  end if;
  return query select h + c, c;
end
$$;

-- Knows of no numbers afterwards: a sequence of another server tells nothing.
create or replace function journal_reset_after_restore() returns bigint
language plpgsql set search_path = public, pg_temp as $$
declare
  h bigint;
  c bigint;
begin
  if exists (select from events e where e.xid >= pg_snapshot_xmax(pg_current_snapshot())) then
    -- Written anew as a table: an update would leave as many dead rows behind. 3 is the first id there is.
    alter table events alter column xid type xid8 using '3'::xid8;
  end if;
  select coalesce(max(l.position), 0) into h from event_log l;
  with fresh as (
    select e.aggregate_type, e.aggregate_id, e.sequence, e.event_type,
           max(e.recorded_at) over (partition by e.aggregate_type, e.aggregate_id order by e.sequence) as mx
      from events e
     where not exists (select from event_log l where l.aggregate_type = e.aggregate_type
                          and l.aggregate_id = e.aggregate_id and l.sequence = e.sequence))
  insert into event_log (position, aggregate_type, aggregate_id, sequence, event_type)
  select h + row_number() over (order by f.mx, f.aggregate_type, f.aggregate_id, f.sequence),
         f.aggregate_type, f.aggregate_id, f.sequence, f.event_type
    from fresh f;
  get diagnostics c = row_count;
  update sequencer s
     set last_snapshot = pg_current_snapshot(), head = h + c, owner = null, others_noted = 0, others_before = null
   where s.id = 1;
  return h + c;
end
$$;
