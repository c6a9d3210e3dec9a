-- The type of each event in the order itself, so that a process reads places and fetches only those events that
-- concern it; docs/decisions/0063 tells how. Empty where the place was given before this: such an event concerns
-- everybody, who then looks at the event itself.
--
-- The functions below are as before but for what their comments say. Servers of the release before call them as well.
set local lock_timeout = '10s';
alter table event_log add column event_type text collate "C";

-- Notes the type beside the place.
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
    select e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.xid from events e
     where e.xid >= pg_snapshot_xmax(prev) and e.xid < pg_snapshot_xmax(cur) and pg_visible_in_snapshot(e.xid, cur)
    union all
    select e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.xid from events e where e.xid = any (xip)),
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

  update sequencer s set last_snapshot = cur, head = h + c where s.id = 1;
  if c > 0 then
    perform pg_notify('log_head', (h + c)::text); -- one a tick, never one an append
  end if;
  return query select h + c, c;
end
$$;

-- Notes the type beside the place.
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
  update sequencer s set last_snapshot = pg_current_snapshot(), head = h + c, owner = null where s.id = 1;
  return h + c;
end
$$;
revoke execute on function journal_reset_after_restore from public;

-- Events in the global order. Where all of them are of runs, which is so under load, only the months of runs are
-- looked at: to get ready for the partitions of all types takes longer than to read a hundred events.
-- A position whose event is gone comes back with nulls: the reader must notice, not skip it.
create or replace function journal_read(p_after bigint, p_limit bigint)
returns table (log_position bigint, aggregate_type text, aggregate_id text, sequence bigint, event_type text,
               event_version text, organization_id text, payload text, metadata text, recorded_at timestamptz)
language plpgsql stable
set search_path = public, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  are_runs boolean;
begin
  select bool_and(g.aggregate_type = 'run') into are_runs
    from (select o.aggregate_type from event_log o where o.position > p_after order by o.position limit p_limit) g;
  if are_runs is null then
    return;
  end if;
  if are_runs then
    return query
    select l.position, l.aggregate_type, l.aggregate_id, l.sequence, e.event_type, e.event_version,
           e.organization_id, e.payload::text, e.metadata::text, e.recorded_at
      from (select * from event_log g where g.position > p_after order by g.position limit p_limit) l
      left join events e on e.aggregate_type = 'run' and e.aggregate_id = l.aggregate_id and e.sequence = l.sequence
     order by l.position;
  else
    return query
    select l.position, l.aggregate_type, l.aggregate_id, l.sequence, e.event_type, e.event_version,
           e.organization_id, e.payload::text, e.metadata::text, e.recorded_at
      from (select * from event_log g where g.position > p_after order by g.position limit p_limit) l
      left join events e on e.aggregate_type = l.aggregate_type and e.aggregate_id = l.aggregate_id
                        and e.sequence = l.sequence
     order by l.position;
  end if;
end
$$;

-- The events at these positions, in the global order. A position whose event is gone comes back with nulls.
create function journal_read_at(p_positions bigint[])
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
    from (select * from event_log g where g.position = any (p_positions) order by g.position) l
    left join events e on e.aggregate_type = l.aggregate_type and e.aggregate_id = l.aggregate_id
                      and e.sequence = l.sequence
   order by l.position;
end
$$;

-- Where all appends are of runs, the ends of their streams are looked up among the months of runs alone.
create or replace function journal_append(
  p_chain integer[], p_type text[], p_id text[], p_expected bigint[], p_command text[],
  p_slot smallint[], p_epoch bigint[],
  e_append integer[], e_type text[], e_id text[], e_sequence bigint[], e_event_type text[],
  e_event_version text[], e_payload text[], e_metadata text[],
  c_append integer[], c_organization text[], c_trigger text[], c_run text[],
  r_append integer[], r_organization text[], r_principal text[], r_route text[], r_key text[],
  r_fingerprint text[], r_status smallint[], r_response text[],
  i_append integer[], i_command text[])
returns table (append integer, outcome text, last_sequence bigint, claimed_by text)
language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off set enable_mergejoin = off set jit = off
as $$
declare
  refused integer[] := '{}'; -- neither appended nor known before
  known   integer[] := '{}'; -- duplicates
  found_  integer[];
  holders text[];
begin
  -- 1. The fence. The share lock holds a takeover off until this commit; a takeover that came first
  --    shows its epoch here.
  with held as materialized (
    select l.slot, l.epoch from slot_leases l where l.slot = any (p_slot) order by l.slot for share)
  select array_agg(u.no::integer) into found_
    from unnest(p_slot, p_epoch) with ordinality u (slot, epoch, no)
   where u.slot is not null and (u.slot, u.epoch) not in (select h.slot, h.epoch from held h);
  if found_ is not null then
    refused := found_;
    return query select unnest(found_), 'fenced', null::bigint, null::text;
  end if;

  -- 2. Does each stream end where its writer believes? In a chain it is enough that one does.
  if 'run' = all (p_type) then
    with asked as materialized (
      select u.no::integer as no, u.chain, u.expected,
             coalesce((select v.sequence from events v where v.aggregate_type = 'run' and v.aggregate_id = u.id
                        order by v.sequence desc limit 1),
                      case when exists (select from sealed_runs s where s.run_id = u.id)
                        then 9223372036854775807 end,
                      0) as head
        from unnest(p_chain, p_id, p_expected) with ordinality u (chain, id, expected, no)
       where not u.no = any (refused)),
    judged as (
      select a.no, a.expected >= a.head and bool_or(a.expected = a.head) over (partition by a.chain) as fits
        from asked a)
    select array_agg(j.no) into found_ from judged j where not j.fits;
  else
    with asked as materialized (
      select u.no::integer as no, u.chain, u.expected,
             coalesce((select v.sequence from events v where v.aggregate_type = u.type and v.aggregate_id = u.id
                        order by v.sequence desc limit 1),
                      -- A run whose events have left is over: no append fits, wherever its writer believes that it
                      -- ends. There is no month to write it into, either.
                      case when u.type = 'run' and exists (select from sealed_runs s where s.run_id = u.id)
                        then 9223372036854775807 end,
                      0) as head
        from unnest(p_chain, p_type, p_id, p_expected) with ordinality u (chain, type, id, expected, no)
       where not u.no = any (refused)),
    judged as (
      select a.no, a.expected >= a.head and bool_or(a.expected = a.head) over (partition by a.chain) as fits
        from asked a)
    select array_agg(j.no) into found_ from judged j where not j.fits;
  end if;
  if found_ is not null then
    refused := refused || found_;
    -- Did the same command write at this very place before? Then its outcome was lost, not its events.
    known := array(
      select n from unnest(found_) n
       where (select v.metadata ->> 'command_id' = p_command[n] from events v
               where v.aggregate_type = p_type[n] and v.aggregate_id = p_id[n] and v.sequence = p_expected[n] + 1));
    return query
    select n, case when n = any (known) then 'duplicate' else 'conflict' end,
           (select max(v.sequence) from events v where n = any (known)
               and v.aggregate_type = p_type[n] and v.aggregate_id = p_id[n]
               and v.sequence > p_expected[n] and v.metadata ->> 'command_id' = p_command[n]),
           null::text
      from unnest(found_) n;
  end if;

  -- 3. Receipts and claims that others hold.
  if cardinality(r_append) > 0 then
    delete from idempotency_receipts s where s.ctid = any (array(
      select (select k.ctid from idempotency_receipts k
               where k.organization_id = u.organization and k.principal = u.principal and k.route = u.route
                 and k.key = u.key and k.created_at < clock_timestamp() - interval '24 hours')
        from unnest(r_organization, r_principal, r_route, r_key) u (organization, principal, route, key)));
    select array_agg(u.no) into found_
      from unnest(r_append, r_organization, r_principal, r_route, r_key) u (no, organization, principal, route, key)
     where not u.no = any (refused)
       and (select true from idempotency_receipts s where s.organization_id = u.organization
               and s.principal = u.principal and s.route = u.route and s.key = u.key);
    if found_ is not null then
      refused := refused || found_;
      return query select unnest(found_), 'receipt_taken', null::bigint, null::text;
    end if;
  end if;
  if cardinality(c_append) > 0 then
    select array_agg(c.no), array_agg(c.holder) into found_, holders
      from (select u.no, (select s.run_id from trigger_claims s
                           where s.organization_id = u.organization and s.trigger_id = u.trigger) as holder
              from unnest(c_append, c_organization, c_trigger) u (no, organization, trigger)
             where not u.no = any (refused)) c
     where c.holder is not null;
    if found_ is not null then
      refused := refused || found_;
      return query
      select u.no, 'claim_taken', null::bigint, u.holder from unnest(found_, holders) u (no, holder);
    end if;
  end if;

  -- 4. Write what is left: side rows first, everything sorted (events by the caller), so that two
  --    flushes never wait for each other in a ring.
  if cardinality(r_append) > 0 then
    insert into idempotency_receipts (organization_id, principal, route, key, fingerprint, status, response)
    select u.organization, u.principal, u.route, u.key, u.fingerprint, u.status, u.response::json
      from unnest(r_append, r_organization, r_principal, r_route, r_key, r_fingerprint, r_status, r_response)
           u (no, organization, principal, route, key, fingerprint, status, response)
     where not u.no = any (refused)
     order by u.organization, u.principal, u.route, u.key;
  end if;
  if cardinality(c_append) > 0 then
    insert into trigger_claims (organization_id, trigger_id, run_id)
    select u.organization, u.trigger, u.run
      from unnest(c_append, c_organization, c_trigger, c_run) u (no, organization, trigger, run)
     where not u.no = any (refused)
     order by u.organization, u.trigger;
  end if;
  if cardinality(i_append) > 0 then
    delete from run_inbox b where b.command_id = any (array(
      select u.command from unnest(i_append, i_command) u (no, command)
       where u.no = any (known) or not u.no = any (refused)));
  end if;
  if cardinality(refused) = 0 then
    insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
    select u.type, u.id, u.sequence, u.event_type, u.event_version, u.payload::json, u.metadata::json
      from unnest(e_type, e_id, e_sequence, e_event_type, e_event_version, e_payload, e_metadata)
           u (type, id, sequence, event_type, event_version, payload, metadata);
  else
    insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
    select u.type, u.id, u.sequence, u.event_type, u.event_version, u.payload::json, u.metadata::json
      from unnest(e_append, e_type, e_id, e_sequence, e_event_type, e_event_version, e_payload, e_metadata)
           u (no, type, id, sequence, event_type, event_version, payload, metadata)
     where not u.no = any (refused);
  end if;
end
$$;
