-- The newest price of each asset that the operator named for limits in US dollars, as the oracle signed it:
-- whoever decides checks the signature. Primary: nothing else keeps prices.
create table signed_prices (
  asset     text collate "C" not null, -- as the oracle names it
  signed    jsonb not null,            -- the whole of what it said
  signed_at timestamptz not null,
  constraint signed_prices_pkey primary key (asset)
) with (fillfactor = 50);
grant select, insert, update on signed_prices to chainkeel_app;
