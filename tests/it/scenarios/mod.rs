//! Stories from beginning to end, through the API of a whole house.

mod event_triggers;
mod events;
mod hand;
mod hooks;
mod index;
mod kin;
mod limits;
mod payouts;
mod prices;
mod saga;
mod schedules;
mod sequences;
mod sources;
mod streams;
mod subscriptions;
mod tasks;
mod usage;
