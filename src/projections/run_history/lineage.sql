-- A run with all that it continues and all that continue it: up to the first one, then down again.
with recursive above as (
  select r.run_id, r.source_run_id, 0 as steps
    from view_runs r where r.organization_id = $1 and r.run_id = $2
  union all
  select r.run_id, r.source_run_id, above.steps + 1
    from above join view_runs r on r.organization_id = $1 and r.run_id = above.source_run_id
   where above.steps < $3::bigint
), family as (
  (select run_id from above order by steps desc limit 1)
  union
  select r.run_id
    from family join view_runs r on r.organization_id = $1 and r.source_run_id = family.run_id
)
select r.run_id as "run_id!", r.workflow_version as "workflow_version!", r.status as "status!",
       r.source_run_id, r.triggered_by as "triggered_by!", r.failed_node_id, r.failure_code,
       r.started_at as "started_at!", r.finished_at
  from (select run_id from family limit $3::bigint) member join view_runs r using (run_id)
 order by r.run_id
