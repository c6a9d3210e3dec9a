-- Documents that wait for people's approval. No event before this one led to these values, so that the rows of
-- builds stay as they are: only the check is wider, in the template and in each build.
do $$
declare
  s text;
begin
  for s in
    select 'signature_requests_v1'
    union select schema_name from projection_builds where projection = 'signature_requests'
  loop
    continue when to_regclass(format('%I.signature_requests', s)) is null;
    execute format(
      'alter table %I.signature_requests drop constraint signature_requests_status_check', s);
    execute format(
      'alter table %I.signature_requests add constraint signature_requests_status_check check (status in
        (''accepted'', ''allowed'', ''denied'', ''awaiting_approval'', ''rejected'', ''not_approved'',
         ''signing'', ''signed'', ''refused'', ''cancelled'', ''settled'', ''lapsed''))', s);
  end loop;
end
$$;
