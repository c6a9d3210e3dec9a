-- The wallets of organizations, and what each is to send on a chain.
select journal_add_aggregate_type('wallets');
select journal_add_aggregate_type('wallet_lane');
