-- Who has an account. Template of version 1, and its first build. All rows belong to the first
-- organization, as the events do: users are of the installation, and the list is its operator's.
create schema users_v1;

create table users_v1.users (
  user_id         text collate "C" not null,
  organization_id text collate "C" not null,
  email           text not null,
  name            text,
  suspended       boolean not null,
  has_password    boolean not null,
  second_factor   boolean not null,
  locked_until    timestamptz,
  registered_at   timestamptz not null,
  logged_in_at    timestamptz,
  constraint users_pkey primary key (user_id)
);
create index users_list_idx on users_v1.users (organization_id, user_id desc);

select projection_launch('users', 1);
