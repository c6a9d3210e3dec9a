-- Which triggers started no run because the workflow was cooling down: a stream each.
select journal_add_aggregate_type('skip');

-- How many runs a workflow with a limit has started of its present allotment, and when the last one
-- began. Counted in the transaction of the run's first event, so that it is exact whoever starts
-- runs; the row is the lock for which they wait. What was counted stands in the metadata of the
-- runs' first events (`allotment`) as well.
create table run_allowances (
  workflow_id     text collate "C" not null,
  organization_id text collate "C" not null,
  allotment       bigint not null, -- the sequence of the event that set the limit; 0 without one
  used            bigint not null,
  last_started_at timestamptz, -- null until the first one began
  constraint run_allowances_pkey primary key (workflow_id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
grant select, insert, update on run_allowances to chainkeel_app;

-- As `journal_append`, where some of the appends begin runs of limited workflows: a_… has one element
-- each. The caller sees to it that a flush names each workflow once. Answers besides: `used_up`, and
-- `cooling` with the time until which nothing starts as its fourth column.
create function journal_append_allowed(
  p_chain integer[], p_type text[], p_id text[], p_expected bigint[], p_command text[],
  p_slot smallint[], p_epoch bigint[],
  e_append integer[], e_type text[], e_id text[], e_sequence bigint[], e_event_type text[],
  e_event_version text[], e_payload text[], e_metadata text[],
  c_append integer[], c_organization text[], c_trigger text[], c_run text[],
  r_append integer[], r_organization text[], r_principal text[], r_route text[], r_key text[],
  r_fingerprint text[], r_status smallint[], r_response text[],
  i_append integer[], i_command text[],
  a_append integer[], a_organization text[], a_workflow text[], a_allotment bigint[], a_total bigint[],
  a_cooldown_ms bigint[])
returns table (append integer, outcome text, last_sequence bigint, claimed_by text)
language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off set enable_mergejoin = off set jit = off
as $$
declare
  asked    record;
  held     run_allowances;
  barred   integer[] := '{}';
  reasons  text[] := '{}';
  untils   text[] := '{}';
  counted  integer[] := '{}';
  started  timestamptz;
begin
  -- One order for all: two flushes that meet wait for each other in the same direction.
  for asked in
    select u.* from unnest(a_append, a_organization, a_workflow, a_allotment, a_total, a_cooldown_ms)
                    u (no, organization, workflow, allotment, total, cooldown_ms)
     order by u.workflow
  loop
    -- What is on the ledger already began before, and is told so below.
    continue when exists (
      select from events v where v.aggregate_type = p_type[asked.no] and v.aggregate_id = p_id[asked.no]
         and v.sequence = p_expected[asked.no] + 1);
    insert into run_allowances (workflow_id, organization_id, allotment, used)
    values (asked.workflow, asked.organization, asked.allotment, 0) on conflict do nothing;
    select * into strict held from run_allowances a where a.workflow_id = asked.workflow for update;
    if held.allotment < asked.allotment then
      held.used := 0;
    end if;
    if held.allotment > asked.allotment then
      -- The caller knows an older limit: it looks again.
      barred := barred || asked.no;
      reasons := reasons || 'conflict'::text;
      untils := untils || null::text;
    elsif held.used >= asked.total then
      barred := barred || asked.no;
      reasons := reasons || 'used_up'::text;
      untils := untils || null::text;
    elsif held.last_started_at + asked.cooldown_ms * interval '1 millisecond' > clock_timestamp() then
      barred := barred || asked.no;
      reasons := reasons || 'cooling'::text;
      untils := untils || to_char(
        (held.last_started_at + asked.cooldown_ms * interval '1 millisecond') at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
    else
      counted := counted || asked.no;
    end if;
    if asked.no = any (barred) then
      -- Nobody owns a slot under this epoch: it is not appended.
      p_slot[asked.no] := coalesce(p_slot[asked.no], 0);
      p_epoch[asked.no] := -1;
    end if;
  end loop;

  started := clock_timestamp();
  for append, outcome, last_sequence, claimed_by in
    select j.append, j.outcome, j.last_sequence, j.claimed_by
      from journal_append(
        p_chain, p_type, p_id, p_expected, p_command, p_slot, p_epoch,
        e_append, e_type, e_id, e_sequence, e_event_type, e_event_version, e_payload, e_metadata,
        c_append, c_organization, c_trigger, c_run,
        r_append, r_organization, r_principal, r_route, r_key, r_fingerprint, r_status, r_response,
        i_append, i_command) j
  loop
    counted := array_remove(counted, append);
    if append = any (barred) then
      outcome := reasons[array_position(barred, append)];
      claimed_by := untils[array_position(barred, append)];
    end if;
    return next;
  end loop;

  update run_allowances a
     set used = case when a.allotment < u.allotment then 0 else a.used end + 1,
         allotment = u.allotment, last_started_at = started
    from unnest(a_append, a_workflow, a_allotment) u (no, workflow, allotment)
   where a.workflow_id = u.workflow and u.no = any (counted);
end
$$;
