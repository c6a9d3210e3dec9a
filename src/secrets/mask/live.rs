//! All masks of the process that are in use: what the log is covered with.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::cover::Automaton;

/// Forgotten as soon as the last holder of a mask lets go of it: then nobody here has the secret.
static LIVE: Mutex<Vec<Weak<Automaton>>> = Mutex::new(Vec::new());

pub(super) fn register(automaton: &Arc<Automaton>) {
    let mut live = lock();
    live.retain(|known| known.strong_count() > 0);
    live.push(Arc::downgrade(automaton));
}

/// The bytes without any secret that anybody in this process is using.
pub fn masked_by_all(bytes: &[u8]) -> Cow<'_, [u8]> {
    let masks: Vec<Arc<Automaton>> = lock().iter().filter_map(Weak::upgrade).collect();
    let mut covered = Cow::Borrowed(bytes);
    for mask in masks {
        if let Cow::Owned(less) = mask.bytes(&covered) {
            covered = Cow::Owned(less);
        }
    }
    covered
}

fn lock() -> MutexGuard<'static, Vec<Weak<Automaton>>> {
    // Nothing panics while it is held.
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}
