//! Given endpoints, when an order comes, then this event or this refusal.

use cqrs_es::Aggregate;
use time::macros::datetime;

use super::{ChainEndpoints, Command, Error, Event, MAX_CHAINS, Order};
use crate::primitives::OrganizationId;

fn done(all: &mut ChainEndpoints, chain: u64, order: Order) -> Result<Event, Error> {
    let (by, at) = ("ada".to_owned(), datetime!(2026-11-24 12:00 UTC));
    let event = all.decide(Command { by, at, chain, order })?;
    all.apply(event.clone());
    Ok(event)
}

fn name(hosts: &[&str]) -> Order {
    let hosts = hosts.iter().map(|&host| host.to_owned()).collect();
    Order::Name { organization: OrganizationId::DEFAULT, hosts, sealed: "urls 1".to_owned() }
}

#[test]
fn endpoints_are_named_replaced_and_removed_chain_by_chain() {
    let mut all = ChainEndpoints::default();
    assert_eq!(done(&mut all, 1, Order::Remove), Err(Error::Unknown));
    assert_eq!(done(&mut all, 1, name(&[])), Err(Error::Empty));
    done(&mut all, 1, name(&["a.example"])).unwrap();
    done(&mut all, 10, name(&["b.example"])).unwrap();
    done(&mut all, 1, name(&["c.example", "d.example"])).unwrap();
    assert_eq!(all.chains[&1].hosts, ["c.example", "d.example"]);
    done(&mut all, 1, Order::Remove).unwrap();
    assert_eq!(all.chains.keys().collect::<Vec<_>>(), [&10]);
}

#[test]
fn there_are_only_so_many_chains_and_those_that_are_there_may_be_replaced() {
    let mut all = ChainEndpoints::default();
    for chain in 1..=MAX_CHAINS as u64 {
        done(&mut all, chain, name(&["a.example"])).unwrap();
    }
    assert_eq!(done(&mut all, 1_000, name(&["a.example"])), Err(Error::Full));
    done(&mut all, 1, name(&["b.example"])).unwrap();
}
