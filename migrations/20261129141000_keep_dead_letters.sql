-- What a reaction has given up is a dead letter of its organization: with what was tried, until
-- somebody lets it be tried again, or discards it.
alter table reaction_arrears
  add column history      json not null default '[]',
  add column discarded_at timestamptz,
  add column discarded_by text,
  add column notes        text;

-- The tries so far and one more, of which the last twenty are remembered.
create function arrear_history(history json, reason text) returns json language sql as $$
  select json_agg(tried order by number)
    from (select tried, number
            from (select tried, number
                    from json_array_elements(history) with ordinality all_tries (tried, number)
                   union all
                  select json_build_object('at', clock_timestamp(), 'reason', reason), 1000000) every_try
           order by number desc limit 20) last_tries
$$;
