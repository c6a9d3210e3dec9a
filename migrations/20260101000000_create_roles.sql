-- Two group roles: one serves, one builds views. The owner, who migrates, is a member of both and
-- steps down into them (`set role`). Roles belong to the whole cluster, not to this database:
-- another Chainkeel may have made them, or be making them at this moment.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['chainkeel_app', 'chainkeel_projector'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      begin
        execute format('create role %I nologin', wanted);
      exception
        when duplicate_object or unique_violation then
          null; -- made by somebody else between the question and the order
        when insufficient_privilege then
          raise exception 'the role % is missing and % may not create it', wanted, current_user
            using hint = format('As a superuser: create role %I nologin; grant %I to %I;',
                                wanted, wanted, current_user);
      end;
    end if;
    if not pg_has_role(current_user, wanted, 'member') then
      -- Two databases of one cluster may grant at the same time: "tuple concurrently updated".
      for attempt in 1..20 loop
        begin
          execute format('grant %I to %I', wanted, current_user);
          exit;
        exception when internal_error or unique_violation then
          perform pg_sleep(0.05 * attempt);
        end;
      end loop;
    end if;
  end loop;
  execute format('grant create on database %I to chainkeel_projector', current_database());
end
$$;

grant usage on schema public to chainkeel_app, chainkeel_projector;
-- The stable names of views live in public and are replaced by whoever builds them.
grant create on schema public to chainkeel_projector;
