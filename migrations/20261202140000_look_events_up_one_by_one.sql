-- Events are looked up one by one by their keys, whatever the planner knows of the tables: of a table that was not
-- analyzed yet (a new installation's, each new month's) it believes that it is small, and read all of it, once for
-- each read of a hundred events, until autovacuum came by. `offset 0` makes the lookup a query of its own that is
-- asked once an event.
--
-- The functions below are as before but for that.

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
      left join lateral (select v.event_type, v.event_version, v.organization_id, v.payload, v.metadata, v.recorded_at
                           from events v
                          where v.aggregate_type = 'run' and v.aggregate_id = l.aggregate_id
                            and v.sequence = l.sequence offset 0) e on true
     order by l.position;
  else
    return query
    select l.position, l.aggregate_type, l.aggregate_id, l.sequence, e.event_type, e.event_version,
           e.organization_id, e.payload::text, e.metadata::text, e.recorded_at
      from (select * from event_log g where g.position > p_after order by g.position limit p_limit) l
      left join lateral (select v.event_type, v.event_version, v.organization_id, v.payload, v.metadata, v.recorded_at
                           from events v
                          where v.aggregate_type = l.aggregate_type and v.aggregate_id = l.aggregate_id
                            and v.sequence = l.sequence offset 0) e on true
     order by l.position;
  end if;
end
$$;

-- The events at these positions, in the global order. A position whose event is gone comes back with nulls.
create or replace function journal_read_at(p_positions bigint[])
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
    left join lateral (select v.event_type, v.event_version, v.organization_id, v.payload, v.metadata, v.recorded_at
                         from events v
                        where v.aggregate_type = l.aggregate_type and v.aggregate_id = l.aggregate_id
                          and v.sequence = l.sequence offset 0) e on true
   order by l.position;
end
$$;

-- The events of one organization from p_after to p_until and no further, of these types or of all. Of positions whose
-- events have left, only those of this organization (and those that nobody knows of, which the reader must notice).
-- Whether they are of the types that were asked for, the reader sees.
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
    left join lateral (select v.event_type, v.event_version, v.organization_id, v.payload, v.metadata, v.recorded_at
                         from events v
                        where v.aggregate_type = l.aggregate_type and v.aggregate_id = l.aggregate_id
                          and v.sequence = l.sequence offset 0) e on true
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
