-- The events of one organization in the global order, of these types or of all: what is exported, and what streams
-- of activity begin with. A function, so that its plan is always one lookup an event, as in journal_read; but what
-- belongs to others stays where it is. It looks at the positions from p_after to p_until and no further: whoever
-- asks bounds the work of one question by that, however few events are the organization's own.
-- A position whose event is gone comes back with nulls: the reader must notice, not skip it.
create function journal_read_of(p_organization text, p_after bigint, p_until bigint, p_families text[],
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
   where e.organization_id is null
      or (e.organization_id = p_organization
          and (p_families is null or l.aggregate_type = any (p_families)
               or l.aggregate_type || '.' || e.event_type = any (p_kinds)))
   order by l.position
   limit p_limit;
end
$$;
