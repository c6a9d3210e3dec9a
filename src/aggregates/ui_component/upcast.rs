//! How events of earlier versions become those of today.

use cqrs_es::persist::EventUpcaster;

/// The steps from every earlier version to the present one, oldest first.
///
/// There is one version so far; `docs/adding-an-event.md` says how the next one is made.
pub fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
    Vec::new()
}
