-- Matches that a chain took back, and that came again: a stream each, by the id of the match.
select journal_add_aggregate_type('chain_match');

-- How far each chain has been followed. It moves by compare-and-swap, in the transaction of what was
-- found on the way: of two processes that follow one chain, one does not count.
create table chain_cursors (
  chain     bigint not null,
  number    bigint not null,          -- the last block that was followed
  hash      text collate "C" not null,
  safe      bigint not null,          -- up to where the chain called it safe, and final
  finalized bigint not null,
  head      bigint not null,          -- the highest block that was heard of
  halted    text,                     -- why it is not followed: a person has to look
  moved_at  timestamptz not null default clock_timestamp(),
  constraint chain_cursors_pkey primary key (chain)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- The last blocks that were followed: a reorganization is told by where a branch leaves them.
create table chain_links (
  chain  bigint not null,
  number bigint not null,
  hash   text collate "C" not null,
  parent text collate "C" not null,
  constraint chain_links_pkey primary key (chain, number)
);

-- Blocks that were passed by while nobody watched, and that are still to be read.
create table chain_gaps (
  chain      bigint not null,
  last_block bigint not null,
  next_block bigint not null,
  opened_at  timestamptz not null default clock_timestamp(),
  constraint chain_gaps_pkey primary key (chain, last_block),
  constraint chain_gaps_order_check check (next_block <= last_block)
);

-- From which block on a subscriber counts: the one at whose time its trigger became live.
create table chain_subscribers (
  chain      bigint not null,
  subscriber text collate "C" not null,
  since      bigint not null,
  constraint chain_subscribers_pkey primary key (chain, subscriber)
);

-- What matched. The id is that of the transaction and its log; where it stands in the chain is
-- evidence, which a reorganization changes.
create table chain_matches (
  match_id        text collate "C" not null,
  chain           bigint not null,
  organization_id text collate "C" not null,
  subscriber      text collate "C" not null,
  kind            text collate "C" not null,
  transaction     text collate "C",   -- null where the block itself matched
  block_number    bigint not null,
  block_hash      text collate "C" not null,
  log_index       bigint,
  level           text collate "C" not null, -- how sure it has to be
  confirmations   bigint not null,
  on_reorg        text collate "C" not null,
  patience        bigint not null,    -- so many blocks later at the latest it has to be there again
  body            text not null,
  state           text collate "C" not null,
  run_id          text collate "C",
  reason          text,               -- why no run began
  gone_at         bigint,             -- orphaned: with this block it is gone for good
  tries           integer not null default 0,
  next_try_at     timestamptz not null default clock_timestamp(),
  matched_at      timestamptz not null default clock_timestamp(),
  constraint chain_matches_pkey primary key (match_id),
  constraint chain_matches_state_check check (
    state in ('waiting', 'withdrawn', 'delivered', 'skipped', 'orphaned', 'retracted', 'returned'))
);
create index chain_matches_due_idx on chain_matches (chain, block_number, log_index)
 where state in ('waiting', 'orphaned', 'returned');
create index chain_matches_block_idx on chain_matches (chain, block_number);

grant select, insert, update, delete
   on chain_cursors, chain_links, chain_gaps, chain_subscribers, chain_matches to chainkeel_app;
