-- Brings executions to where a batch left them. What the batch does not say stays as it was.
insert into executions as e
       (run_id, node_id, attempt, organization_id, kind, status, input, output, branch, error,
        idempotency_key, repeats, due_at, resumed_by, resume_source, started_at, ended_at, last_position)
select u.run_id, u.node_id, u.attempt, u.organization_id,
       -- A retry is scheduled without the node's type being said again.
       coalesce(u.kind, (select k.kind from executions k
                          where k.run_id = u.run_id and k.node_id = u.node_id and k.kind is not null
                          order by k.attempt limit 1)),
       -- Only what exists is changed without a status; 'pending' would show that it did not.
       coalesce(u.status, 'pending'), u.input::json, u.output::json, u.branch, u.error::json,
       u.idempotency_key, u.repeats, u.due_at, u.resumed_by, u.resume_source, u.started_at, u.ended_at,
       u.last_position
  from unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[],
              $8::text[], $9::text[], $10::text[], $11::text[], $12::integer[], $13::timestamptz[],
              $14::text[], $15::text[], $16::timestamptz[], $17::timestamptz[], $18::bigint[])
       u (run_id, node_id, attempt, organization_id, kind, status, input, output, branch, error,
          idempotency_key, repeats, due_at, resumed_by, resume_source, started_at, ended_at,
          last_position)
    on conflict (run_id, node_id, attempt) do update
   set kind            = coalesce(e.kind, excluded.kind),
       status          = case when excluded.status = 'pending' then e.status else excluded.status end,
       input           = coalesce(excluded.input, e.input),
       output          = coalesce(excluded.output, e.output),
       branch          = coalesce(excluded.branch, e.branch),
       error           = coalesce(excluded.error, e.error),
       idempotency_key = coalesce(excluded.idempotency_key, e.idempotency_key),
       repeats         = greatest(excluded.repeats, e.repeats),
       due_at          = coalesce(excluded.due_at, e.due_at),
       resumed_by      = coalesce(excluded.resumed_by, e.resumed_by),
       resume_source   = coalesce(excluded.resume_source, e.resume_source),
       started_at      = coalesce(excluded.started_at, e.started_at),
       ended_at        = coalesce(excluded.ended_at, e.ended_at),
       last_position   = excluded.last_position
