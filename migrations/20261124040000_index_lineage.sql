-- Which runs continue a run: a retry and a re-run name their source.
create index runs_source_idx on run_history_v1.runs (organization_id, source_run_id)
 where source_run_id is not null;

select projection_index_build(build_id) from projection_builds
 where projection = 'run_history' and version = 1 and to_regnamespace(quote_ident(schema_name)) is not null;
