-- Templates and blocks: a stream each.
select journal_add_aggregate_type('blueprint');

-- Rows of views that every organization may see, beside its own: of which table, under which
-- condition, and why. A line is a door in the wall: the condition says exactly what is meant for
-- everybody. A test lists all lines.
create table projection_shared_rows (
  table_name text collate "C" not null,
  condition  text not null,
  reason     text not null,
  constraint projection_shared_rows_pkey primary key (table_name)
);
insert into projection_shared_rows (table_name, condition, reason) values
  ('blueprints', 'sharing = ''public'' and not retired and current_setting(''app.organization'', true) <> ''''',
   'public templates and blocks are offered to every organization');

-- As before, with the door where there is one.
create or replace function projection_isolate(p_schema text, p_table text) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  target  text := format('%I.%I', p_schema, p_table);
  columns text;
  shared  text;
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy projector on %s to chainkeel_projector using (true) with check (true)', target);
  execute format('grant usage on schema %I to chainkeel_projector, chainkeel_app', p_schema);
  execute format('grant select, insert, update, delete on %s to chainkeel_projector', target);
  execute format('grant select on %s to chainkeel_app', target);
  if exists (select from pg_attribute a
              where a.attrelid = target::regclass and a.attname = 'organization_id' and not a.attisdropped) then
    execute format('create policy organization on %s to chainkeel_app
                      using (organization_id = current_setting(''app.organization'', true))
                      with check (organization_id = current_setting(''app.organization'', true))', target);
  end if;
  select r.condition into shared from projection_shared_rows r where r.table_name = p_table;
  if shared is not null then
    execute format('create policy shared on %s for select to chainkeel_app using (%s)', target, shared);
  end if;
  columns := projection_house_columns(p_table);
  if columns is not null then
    execute format('create policy house on %s for select to chainkeel_house using (true)', target);
    execute format('grant usage on schema %I to chainkeel_house', p_schema);
    execute format('grant select (%s) on %s to chainkeel_house', columns, target);
  end if;
end
$$;

-- Which templates and blocks there are. Their definitions stay on the ledger, where they are read
-- from. Template of version 1, and its first build.
create schema blueprints_v1;

create table blueprints_v1.blueprints (
  blueprint_id    text collate "C" not null,
  organization_id text collate "C" not null,
  kind            text collate "C" not null,
  name            text not null,
  description     text,
  category        text,
  tags            text[] not null,
  sharing         text collate "C" not null,
  retired         boolean not null,
  version         bigint not null,
  created_by      text not null,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  constraint blueprints_pkey primary key (blueprint_id),
  constraint blueprints_kind_check check (kind in ('template', 'block')),
  constraint blueprints_sharing_check check (sharing in ('org', 'public'))
);
create index blueprints_organization_idx on blueprints_v1.blueprints (organization_id, kind, blueprint_id);
create index blueprints_public_idx on blueprints_v1.blueprints (kind, blueprint_id) where sharing = 'public';

select projection_launch('blueprints', 1);
