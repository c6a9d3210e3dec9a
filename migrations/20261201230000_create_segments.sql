-- Months of runs that have left: which segments hold them. A segment is a file outside of the database, called by
-- the SHA-256 of its bytes; docs/decisions/0059 tells what is in it and in which order it comes to be.
select journal_add_aggregate_type('segment');
-- What an organization keeps, for how long, and what it may not let go.
select journal_add_aggregate_type('retention');

create table ledger_segments (
  no              integer not null generated always as identity,
  segment_id      text collate "C" not null,
  month           text collate "C" not null,
  organization_id text collate "C" not null,
  part            integer not null,
  digest          bytea not null,
  bytes           bigint not null,
  events          bigint not null,
  runs            bigint not null,
  first_position  bigint not null,
  last_position   bigint not null,
  -- The checkpoint that each of its events was proved against.
  proved_size     bigint not null,
  proved_root     bytea not null,
  -- written: the file is there. sealed: the ledger says so. detached: read from the file from here on.
  -- moved: the rows are gone from the database. deleted: by order; the file goes, too.
  state           text not null default 'written',
  changed_at      timestamptz not null default clock_timestamp(),
  constraint ledger_segments_pkey primary key (no),
  constraint ledger_segments_id_key unique (segment_id),
  constraint ledger_segments_part_key unique (month, organization_id, part),
  constraint ledger_segments_digest_check check (octet_length(digest) = 32),
  constraint ledger_segments_root_check check (octet_length(proved_root) = 32),
  constraint ledger_segments_state_check check (state in ('written', 'sealed', 'detached', 'moved', 'deleted'))
);

-- Which segment holds a run, and how far the run goes.
create table sealed_runs (
  run_id        text collate "C" not null,
  segment       integer not null,
  last_sequence bigint not null,
  constraint sealed_runs_pkey primary key (run_id),
  constraint sealed_runs_segment_fkey foreign key (segment) references ledger_segments (no)
);

grant select, insert on ledger_segments, sealed_runs to chainkeel_app;
-- A state is all that may change; those that follow from DDL change with it, below.
grant update (state, changed_at) on ledger_segments to chainkeel_app;
grant select on ledger_segments, sealed_runs to chainkeel_projector;

-- As before; but a run that is not among the events, and that a segment has, takes no more events.
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

-- As before; but of positions whose events have left, only those of this organization (and those that nobody knows of,
-- which the reader must notice). Whether they are of the types that were asked for, the reader sees.
create or replace function journal_read_of(p_organization text, p_after bigint, p_until bigint, p_families text[],
                                p_kinds text[], p_limit bigint)
returns table (log_position bigint, aggregate_type text, aggregate_id text, sequence bigint, event_type text,
               event_version text, payload text, metadata text, recorded_at timestamptz)
language plpgsql stable
set search_path = public, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  return query
  select l.position, l.aggregate_type, l.aggregate_id, l.sequence, e.event_type, e.event_version,
         e.payload::text, e.metadata::text, e.recorded_at
    from (select * from event_log g where g.position > p_after and g.position <= p_until
           order by g.position) l
    left join events e on e.aggregate_type = l.aggregate_type and e.aggregate_id = l.aggregate_id
                      and e.sequence = l.sequence
   where (e.organization_id is null
          and coalesce((select s.organization_id from sealed_runs r join ledger_segments s on s.no = r.segment
                         where r.run_id = l.aggregate_id), p_organization) = p_organization)
      or (e.organization_id = p_organization
          and (p_families is null or l.aggregate_type = any (p_families)
               or l.aggregate_type || '.' || e.event_type = any (p_kinds)))
   order by l.position
   limit p_limit;
end
$$;

-- Whether a month may leave. `p_from` and `p_to` are the ids that it has, `p_size` how many events are signed,
-- `p_quiet_since` when the last thing may have happened in it.
create function journal_month_standing(p_from text, p_to text, p_size bigint, p_quiet_since timestamptz)
returns table (runs bigint, events bigint, open_runs bigint, restless bigint, unsigned bigint, untold bigint,
               parked bigint)
language plpgsql stable
set search_path = public, pg_temp set jit = off
as $$
begin
  return query
  with ends as (
    select distinct on (e.aggregate_id) e.aggregate_id, e.sequence, e.event_type, e.recorded_at
      from events e
     where e.aggregate_type = 'run' and e.aggregate_id >= p_from and e.aggregate_id < p_to
     order by e.aggregate_id, e.sequence desc),
  placed as materialized (
    select n.*, (select l.position from event_log l
                  where l.aggregate_type = 'run' and l.aggregate_id = n.aggregate_id and l.sequence = n.sequence)
      from ends n)
  select count(*),
         coalesce(sum(n.sequence), 0)::bigint,
         count(*) filter (where n.event_type not in ('succeeded', 'failed', 'cancelled')),
         count(*) filter (where n.recorded_at >= p_quiet_since),
         -- Positions grow along a stream: where the last event is signed, all are.
         count(*) filter (where not coalesce(n.position <= p_size, false)),
         -- What a run's end begins is born with it, in the same month.
         count(*) filter (where not coalesce(
           n.position <= (select r.position from reactions r where r.name = 'kin'), false)),
         (select count(*) from reaction_arrears a join event_log l on l.position = a.position
           where l.aggregate_type = 'run' and l.aggregate_id >= p_from and l.aggregate_id < p_to
             and a.discarded_at is null)
    from placed n;
end
$$;
revoke execute on function journal_month_standing from public;
grant execute on function journal_month_standing to chainkeel_app;

-- Takes a month out of the ledger's table, in one transaction with the rows that say where its events are now. False:
-- it was taken out before. CK003: what is in the segments is not all that is in the table.
-- Security definer, as the one that makes months. Behind whoever reads the table for long it gives up soon: what
-- waits for this lock makes every reader and writer wait.
create function journal_detach_month(p_month text) returns boolean
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '500ms' as $$
declare
  name   text := 'events_run_' || p_month;
  there  bigint;
  kept   bigint;
  sealed boolean;
begin
  if p_month !~ '^\d{4}_\d{2}$' then
    raise exception 'not a month: %', p_month using errcode = 'invalid_parameter_value';
  end if;
  perform pg_advisory_xact_lock(hashtext('journal_create_run_partition'));
  if not exists (select from run_partitions p where p.month = p_month) then
    return false;
  end if;
  -- Whoever appends to it waits, and finds no month: nobody should, all its runs are over.
  execute format('lock table %I in share mode', name);
  execute format('select count(*) from %I', name) into there;
  select coalesce(sum(s.events), 0), coalesce(bool_and(s.state = 'sealed'), false) into kept, sealed
    from ledger_segments s where s.month = p_month;
  if not sealed or kept <> there then
    raise exception 'the month % has % events, and its segments %', p_month, there, kept using errcode = 'CK003';
  end if;
  execute format('alter table events_run detach partition %I', name);
  update ledger_segments s set state = 'detached', changed_at = clock_timestamp() where s.month = p_month;
  return true;
end
$$;
revoke execute on function journal_detach_month from public;
grant execute on function journal_detach_month to chainkeel_app;

-- Drops the rows of a month that is read from its segments. False: they were dropped before.
create function journal_drop_month(p_month text) returns boolean
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '500ms' as $$
declare
  name text := 'events_run_' || p_month;
begin
  if p_month !~ '^\d{4}_\d{2}$' then
    raise exception 'not a month: %', p_month using errcode = 'invalid_parameter_value';
  end if;
  perform pg_advisory_xact_lock(hashtext('journal_create_run_partition'));
  if exists (select from run_partitions p where p.month = p_month)
     or not exists (select from ledger_segments s where s.month = p_month)
     or exists (select from ledger_segments s where s.month = p_month and s.state in ('written', 'sealed')) then
    raise exception 'the month % is not read from its segments', p_month using errcode = 'CK003';
  end if;
  if to_regclass(name) is not null then
    execute format('drop table %I', name);
  end if;
  update ledger_segments s set state = 'moved', changed_at = clock_timestamp()
   where s.month = p_month and s.state = 'detached';
  return found;
end
$$;
revoke execute on function journal_drop_month from public;
grant execute on function journal_drop_month to chainkeel_app;
