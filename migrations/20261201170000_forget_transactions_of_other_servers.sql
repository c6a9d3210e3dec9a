-- An event that came by a dump carries the id of a transaction of another server. Where this server has not come
-- to that id yet, the event would look fresh on the day it does, and be given a place that it has already: the
-- sequencer stands still from then on. After a restore all of them are known, and count as written long ago.
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
