-- Runs that began in this batch. Their executions are written before, and tell an open run's status.
insert into runs
       (run_id, organization_id, workflow_id, workflow_version, status, trigger_kind, trigger_source,
        triggered_by, source_run_id, input, output, failure, failure_code, failure_message,
        failed_node_id, cancelled_by, cancel_reason, started_at, finished_at, node_count,
        succeeded_count, failed_count, skipped_count, cancelled_count, last_position, last_sequence)
select u.run_id, u.organization_id, u.workflow_id, u.workflow_version,
       coalesce(u.ended, (select case when bool_or(e.status in ('waiting', 'auto_swapping', 'scheduled'))
                                       and not bool_or(e.status = 'running' and e.kind is distinct from 'for-each')
                                      then 'waiting' else 'running' end
                            from executions e where e.run_id = u.run_id)),
       u.trigger_kind, u.trigger_source, u.triggered_by, u.source_run_id, u.input::json, u.output::json,
       u.failure::json, u.failure_code, u.failure_message, u.failed_node_id, u.cancelled_by,
       u.cancel_reason, u.started_at, u.finished_at, u.node_count, u.succeeded, u.failed, u.skipped,
       u.cancelled, u.last_position, u.last_sequence
  from unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[],
              $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
              $15::text[], $16::text[], $17::text[], $18::timestamptz[], $19::timestamptz[],
              $20::integer[], $21::integer[], $22::integer[], $23::integer[], $24::integer[],
              $25::bigint[], $26::bigint[])
       u (run_id, organization_id, workflow_id, workflow_version, ended, trigger_kind, trigger_source,
          triggered_by, source_run_id, input, output, failure, failure_code, failure_message,
          failed_node_id, cancelled_by, cancel_reason, started_at, finished_at, node_count, succeeded,
          failed, skipped, cancelled, last_position, last_sequence)
