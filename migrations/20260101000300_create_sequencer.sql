-- One row: how far the global order has come. `last_snapshot` tells which transactions were over
-- when it was last extended.
create table sequencer (
  id            integer not null default 1,
  owner         uuid,
  epoch         bigint not null default 0,
  last_snapshot pg_snapshot not null,
  head          bigint not null default 0,
  constraint sequencer_pkey primary key (id),
  constraint sequencer_id_check check (id = 1)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
insert into sequencer (last_snapshot) values (pg_current_snapshot());

grant select, update on sequencer to chainkeel_app;
grant select on sequencer to chainkeel_projector;

-- Makes the worker the sequencer if the office is free, or its own already; null if it is not.
create function journal_lead(p_owner uuid) returns bigint
language plpgsql set search_path = public, pg_temp as $$
declare
  granted bigint;
begin
  -- Read first: asking for a taken office must not cost a transaction id.
  if exists (select from leases l join workers w on w.worker_id = l.owner
              where l.kind = 'sequencer' and l.key = '' and l.owner <> p_owner and w.lease_until > clock_timestamp()) then
    return null;
  end if;
  insert into leases as l (kind, key, owner, epoch) values ('sequencer', '', p_owner, 1)
      on conflict (kind, key) do update set owner = p_owner, epoch = l.epoch + 1
   where l.owner is null or l.owner = p_owner
      or not exists (select from workers w where w.worker_id = l.owner and w.lease_until > clock_timestamp())
  returning l.epoch into granted;
  if granted is not null then
    update sequencer set owner = p_owner, epoch = granted where id = 1;
  end if;
  return granted;
end
$$;

-- Extends the global order by every event whose transaction ended since the last call.
-- SQLSTATE CK001: somebody else is the sequencer now. CK002: a stream has a hole; nothing is assigned.
-- It writes nothing, and takes no transaction id, when there is nothing to do: also when transactions
-- of other databases end, which the last snapshot still lists as open.
-- The planner settings: values in variables make it guess, and a wrong guess reads the whole ledger.
create function journal_sequence(p_owner uuid, p_epoch bigint)
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
  xip    xid8[];
  broken text;
begin
  select s.last_snapshot, s.head into prev, h from sequencer s
   where s.id = 1 and s.owner = p_owner and s.epoch = p_epoch;
  if not found then
    raise exception 'the sequencer was taken over' using errcode = 'CK001';
  end if;
  if not exists (select from events e where e.xid >= pg_snapshot_xmax(prev))
     and not exists (select from events e where e.xid = any (array(
           select x from pg_snapshot_xip(prev) x where pg_visible_in_snapshot(x, pg_current_snapshot())))) then
    return query select h, 0::bigint;
    return;
  end if;

  select s.last_snapshot, s.head into prev, h from sequencer s
   where s.id = 1 and s.owner = p_owner and s.epoch = p_epoch for update;
  if not found then
    raise exception 'the sequencer was taken over' using errcode = 'CK001';
  end if;
  cur := pg_current_snapshot();
  xip := array(select x from pg_snapshot_xip(prev) x where pg_visible_in_snapshot(x, cur));

  with fresh as (
    select e.aggregate_type, e.aggregate_id, e.sequence, e.xid from events e
     where e.xid >= pg_snapshot_xmax(prev) and e.xid < pg_snapshot_xmax(cur) and pg_visible_in_snapshot(e.xid, cur)
    union all
    select e.aggregate_type, e.aggregate_id, e.sequence, e.xid from events e where e.xid = any (xip)),
  ordered as (
    -- A later event of a stream may carry an earlier transaction id: the running maximum keeps the
    -- stream in order.
    select f.*, max(f.xid) over stream as mx, lag(f.sequence) over stream as prior
      from fresh f window stream as (partition by f.aggregate_type, f.aggregate_id order by f.sequence)),
  placed as (
    insert into event_log (position, aggregate_type, aggregate_id, sequence)
    select h + row_number() over (order by o.mx, o.aggregate_type, o.aggregate_id, o.sequence),
           o.aggregate_type, o.aggregate_id, o.sequence
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

  update sequencer s set last_snapshot = cur, head = h + c where s.id = 1;
  if c > 0 then
    perform pg_notify('log_head', (h + c)::text); -- one a tick, never one an append
  end if;
  return query select h + c, c;
end
$$;

-- After a logical restore into another cluster, whose transaction ids start anew. Writers are
-- stopped. What the dump holds without a position gets one; every position that was assigned stays.
create function journal_reset_after_restore() returns bigint
language plpgsql set search_path = public, pg_temp as $$
declare
  h bigint;
  c bigint;
begin
  select coalesce(max(l.position), 0) into h from event_log l;
  with fresh as (
    select e.aggregate_type, e.aggregate_id, e.sequence,
           max(e.recorded_at) over (partition by e.aggregate_type, e.aggregate_id order by e.sequence) as mx
      from events e
     where not exists (select from event_log l where l.aggregate_type = e.aggregate_type
                          and l.aggregate_id = e.aggregate_id and l.sequence = e.sequence))
  insert into event_log (position, aggregate_type, aggregate_id, sequence)
  select h + row_number() over (order by f.mx, f.aggregate_type, f.aggregate_id, f.sequence),
         f.aggregate_type, f.aggregate_id, f.sequence
    from fresh f;
  get diagnostics c = row_count;
  update sequencer s set last_snapshot = pg_current_snapshot(), head = h + c, owner = null where s.id = 1;
  return h + c;
end
$$;
revoke execute on function journal_reset_after_restore from public;

-- Events in the global order. A function, so that its plan is always one lookup an event.
-- A position whose event is gone comes back with nulls: the reader must notice, not skip it.
create function journal_read(p_after bigint, p_limit bigint)
returns table (log_position bigint, aggregate_type text, aggregate_id text, sequence bigint, event_type text,
               event_version text, organization_id text, payload text, metadata text, recorded_at timestamptz)
language plpgsql stable
set search_path = public, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  return query
  select l.position, l.aggregate_type, l.aggregate_id, l.sequence, e.event_type, e.event_version,
         e.organization_id, e.payload::text, e.metadata::text, e.recorded_at
    from (select * from event_log g where g.position > p_after order by g.position limit p_limit) l
    left join events e on e.aggregate_type = l.aggregate_type and e.aggregate_id = l.aggregate_id
                      and e.sequence = l.sequence
   order by l.position;
end
$$;

-- The events of one stream, with their positions as far as they have one.
create function journal_read_stream(p_type text, p_id text, p_after bigint, p_limit bigint)
returns table (log_position bigint, sequence bigint, event_type text, event_version text,
               organization_id text, payload text, metadata text, recorded_at timestamptz)
language plpgsql stable
set search_path = public, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  return query
  select coalesce(l.position, 0), e.sequence, e.event_type, e.event_version,
         e.organization_id, e.payload::text, e.metadata::text, e.recorded_at
    from (select * from events v where v.aggregate_type = p_type and v.aggregate_id = p_id
             and v.sequence > p_after order by v.sequence limit p_limit) e
    left join event_log l on l.aggregate_type = p_type and l.aggregate_id = p_id and l.sequence = e.sequence
   order by e.sequence;
end
$$;
