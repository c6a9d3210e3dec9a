-- What an operator wants of a projection's runner: that it rests, or takes no more than so many events a
-- second. Primary: no event says it, since it is about this installation and not about its history.
create table projection_orders (
  projection text collate "C" not null,
  is_paused  boolean     not null default false,
  per_second integer,              -- events; as many as it can where null
  since      timestamptz not null,
  constraint projection_orders_pkey primary key (projection),
  constraint projection_orders_per_second_check check (per_second > 0),
  -- What is wanted of nobody has no row.
  constraint projection_orders_wanted_check check (is_paused or per_second is not null)
);
grant select on projection_orders to chainkeel_app, chainkeel_projector;
grant insert, update, delete on projection_orders to chainkeel_app;
