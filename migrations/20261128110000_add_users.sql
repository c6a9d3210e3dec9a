-- People, their sessions, the addresses by which they log in, and the keys that sign their tokens.
-- All of them are of the installation, not of an organization.
select journal_add_aggregate_type('user');
select journal_add_aggregate_type('session');
select journal_add_aggregate_type('login_name');
select journal_add_aggregate_type('token_keys');
