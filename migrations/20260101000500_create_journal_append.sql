-- One flush of the group committer: many appends, one round trip, one commit.
--
-- Arrays run in parallel: p_… has one element an append, e_… one an event, c_… one a claim, r_… one
-- a receipt, i_… one an inbox entry; …_append says to which append (from 1) a side row belongs.
-- The caller sorts appends by stream and expected sequence, and sees to it that a flush names each
-- claim and each receipt once. Appends of one stream that follow one another carry the same p_chain.
--
-- Answers only what was NOT appended: (append, outcome, last sequence, the run that holds the claim).
-- A race that the checks cannot see ends in a unique violation: nothing is written, the caller calls
-- again.
-- Large tables are asked by scalar subqueries only: whatever the planner believes of their size, that
-- is one index lookup an append.
create function journal_append(
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
                      order by v.sequence desc limit 1), 0) as head
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
