-- Run ids begin with their time: the latest first, without a sort.
select r.run_id as "run_id!", r.workflow_id as "workflow_id!",
       r.workflow_version as "workflow_version!", r.status as "status!",
       r.trigger_kind as "trigger_kind!", r.trigger_source as "trigger_source!",
       r.triggered_by as "triggered_by!", r.source_run_id, null::text as input, null::text as output,
       null::text as failure, r.failure_code, r.failure_message, r.failed_node_id, r.cancelled_by,
       r.cancel_reason, r.started_at as "started_at!", r.finished_at, r.node_count as "node_count!",
       r.succeeded_count as "succeeded_count!", r.failed_count as "failed_count!",
       r.skipped_count as "skipped_count!", r.cancelled_count as "cancelled_count!",
       r.last_position as "last_position!", r.last_sequence as "last_sequence!",
       (select u.units from view_run_units u where u.run_id = r.run_id) as compute_units
  from view_runs r
 where r.organization_id = $1 and r.workflow_id <> all ($11)
   and ($2::text is null or r.workflow_id = $2)
   and ($3::text is null or r.status = $3)
   and ($4::timestamptz is null or r.started_at >= $4)
   and ($5::timestamptz is null or r.started_at < $5)
   and ($6::text is null or exists (select from view_executions e where e.run_id = r.run_id and e.status = $6))
   and ($7::text is null
        or strpos(r.run_id, lower($7)) > 0
        or strpos(lower(concat_ws(' ', r.failure_code, r.failure_message, r.failed_node_id)), lower($7)) > 0)
   and ($8::text is null or r.run_id < $8)
 order by r.run_id desc
 limit $9 offset $10
