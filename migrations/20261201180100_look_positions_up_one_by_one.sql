-- As before, with the position of each event looked up by itself. As a join it was left to the planner,
-- which, before the tables of a young ledger are analyzed, takes a stream for one event and compares
-- each with each: 130 ms for a thousand events of a stream of four thousand, instead of 4.
create or replace function journal_read_stream(p_type text, p_id text, p_after bigint, p_limit bigint)
returns table (log_position bigint, sequence bigint, event_type text, event_version text,
               organization_id text, payload text, metadata text, recorded_at timestamptz)
language plpgsql stable
set search_path = public, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  return query
  select coalesce((select l.position from event_log l
                    where l.aggregate_type = p_type and l.aggregate_id = p_id and l.sequence = e.sequence), 0),
         e.sequence, e.event_type, e.event_version,
         e.organization_id, e.payload::text, e.metadata::text, e.recorded_at
    from (select * from events v where v.aggregate_type = p_type and v.aggregate_id = p_id
             and v.sequence > p_after order by v.sequence limit p_limit) e
   order by e.sequence;
end
$$;
