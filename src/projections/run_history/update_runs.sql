-- Runs that began before this batch. Their executions are written before, and tell an open run's status.
update runs r
   set status          = coalesce(u.ended, (select case when bool_or(e.status in ('waiting', 'auto_swapping', 'scheduled'))
                                                         and not bool_or(e.status = 'running' and e.kind is distinct from 'for-each')
                                                        then 'waiting' else 'running' end
                                              from executions e where e.run_id = u.run_id)),
       output          = coalesce(u.output::json, r.output),
       failure         = coalesce(u.failure::json, r.failure),
       failure_code    = coalesce(u.failure_code, r.failure_code),
       failure_message = coalesce(u.failure_message, r.failure_message),
       failed_node_id  = coalesce(u.failed_node_id, r.failed_node_id),
       cancelled_by    = coalesce(u.cancelled_by, r.cancelled_by),
       cancel_reason   = coalesce(u.cancel_reason, r.cancel_reason),
       finished_at     = coalesce(u.finished_at, r.finished_at),
       succeeded_count = r.succeeded_count + u.succeeded,
       failed_count    = r.failed_count + u.failed,
       skipped_count   = r.skipped_count + u.skipped,
       cancelled_count = r.cancelled_count + u.cancelled,
       last_position   = u.last_position,
       last_sequence   = u.last_sequence
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
              $8::text[], $9::text[], $10::timestamptz[], $11::integer[], $12::integer[],
              $13::integer[], $14::integer[], $15::bigint[], $16::bigint[])
       u (run_id, ended, output, failure, failure_code, failure_message, failed_node_id, cancelled_by,
          cancel_reason, finished_at, succeeded, failed, skipped, cancelled, last_position, last_sequence)
 where r.run_id = u.run_id
