-- Ends what the end of a run cut off: the open attempt of the node, or, when it never began, a row
-- that says so.
with cut as (
  select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[])
              u (run_id, node_id, organization_id, ended_at, last_position)),
closed as (
  update executions e
     set status = 'cancelled', ended_at = c.ended_at, last_position = c.last_position
    from cut c
   where e.run_id = c.run_id and e.node_id = c.node_id
     and e.status in ('running', 'waiting', 'auto_swapping', 'scheduled')
  returning e.run_id, e.node_id)
insert into executions (run_id, node_id, attempt, organization_id, status, repeats, ended_at, last_position)
select c.run_id, c.node_id, 1, c.organization_id, 'cancelled', 0, c.ended_at, c.last_position
  from cut c
 where not exists (select from closed d where d.run_id = c.run_id and d.node_id = c.node_id)
