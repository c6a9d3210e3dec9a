-- The endpoints of the outside to which an organization's events are sent: a stream an organization.
select journal_add_aggregate_type('event_subscriptions');

-- What waits to be sent is an arrear under its subscription's id, and is taken in the order in which
-- it is due.
create index reaction_arrears_due_idx on reaction_arrears (name, next_try_at)
 where next_try_at is not null;
