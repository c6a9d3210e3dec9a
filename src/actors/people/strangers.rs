//! Failures for addresses that nobody has: they are locked like those of users, so that a lock does
//! not tell who has an account. Kept in memory, since there is nobody to whom it happened.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use time::OffsetDateTime;

use crate::aggregates::user::Locks;

/// How many addresses are remembered; beyond it those without a lock are forgotten, then all.
const MAX_KEPT: usize = 10_000;

/// Failures by the hash of the address. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Strangers(Arc<Mutex<HashMap<String, Locks>>>);

impl Strangers {
    /// How an address stands.
    pub(super) fn of(&self, key: &str) -> Locks {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).copied().unwrap_or_default()
    }

    /// Notes a failure, unless the address is locked.
    pub(super) fn fail(&self, key: &str, now: OffsetDateTime) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT && !kept.contains_key(key) {
            kept.retain(|_, locks| locks.locked_until(now).is_some());
            if kept.len() >= MAX_KEPT {
                kept.clear();
            }
        }
        let locks = kept.entry(key.to_owned()).or_default();
        if locks.locked_until(now).is_none() {
            *locks = locks.failed(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::aggregates::user::FREE_FAILURES;

    const AT: OffsetDateTime = datetime!(2026-11-28 08:00 UTC);

    #[test]
    fn an_address_that_nobody_has_is_locked_like_any_other() {
        let strangers = Strangers::default();
        for _ in 0..FREE_FAILURES {
            strangers.fail("a", AT);
            assert_eq!(strangers.of("a").locked_until(AT), None);
        }
        strangers.fail("a", AT);
        assert_eq!(strangers.of("a").locked_until(AT), Some(AT + time::Duration::seconds(30)));
        assert_eq!(strangers.of("b").locked_until(AT), None);
    }

    #[test]
    fn a_flood_of_addresses_is_not_remembered_without_end() {
        let strangers = Strangers::default();
        for _ in 0..=FREE_FAILURES {
            strangers.fail("locked", AT);
        }
        for number in 0..MAX_KEPT {
            strangers.fail(&number.to_string(), AT);
        }
        assert!(strangers.0.lock().unwrap().len() <= MAX_KEPT);
        assert!(strangers.of("locked").locked_until(AT).is_some());
    }
}
