insert into bench_events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
select 'run', u.id, u.sequence, 'node_succeeded', '1.0', u.payload::json, u.metadata::json
  from unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) u (id, sequence, payload, metadata)
