//! Several nodes on one PostgreSQL, and everything that goes wrong with machines, networks, disks and clocks.

mod checker;
mod customers;
mod failover;
mod house;
mod takeover;
mod three_nodes;
