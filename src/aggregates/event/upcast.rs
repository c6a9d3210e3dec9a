//! How events of earlier versions become those of today.

use cqrs_es::persist::{EventUpcaster, SemanticVersionEventUpcaster};

/// The steps from every earlier version to the present one, oldest first.
pub fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
    // 1.1 says more: who sent it when, and what is said about it. None of that was asked before.
    let as_it_is = Box::new(|published| published);
    vec![Box::new(SemanticVersionEventUpcaster::new("published", "1.1", as_it_is))]
}
