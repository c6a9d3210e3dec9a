//! Which slots this process owns, and under which epoch: what every append of a run is fenced by.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::journal::{Fence, SLOTS};

/// The slots of this process, shared by all that read them; one actor, the lease keeper, writes.
#[derive(Debug)]
pub struct Ownership {
    epochs: Box<[AtomicI64]>,
}

/// What stands in the place of an epoch where the slot is somebody else's.
const NOT_OURS: i64 = -1;

impl Default for Ownership {
    fn default() -> Self {
        Self { epochs: (0..SLOTS).map(|_| AtomicI64::new(NOT_OURS)).collect() }
    }
}

impl Ownership {
    /// The fence for appends of a slot; `None` when another process owns it.
    pub fn fence(&self, slot: i16) -> Option<Fence> {
        let epoch = self.epoch(slot)?.load(Ordering::Acquire);
        (epoch != NOT_OURS).then_some(Fence { slot, epoch })
    }

    /// The slot is ours from now on, under this epoch.
    pub fn gain(&self, slot: i16, epoch: i64) {
        if let Some(held) = self.epoch(slot) {
            held.store(epoch, Ordering::Release);
        }
    }

    /// The slot is no longer ours.
    pub fn lose(&self, slot: i16) {
        self.gain(slot, NOT_OURS);
    }

    /// The slots that are ours, in order.
    pub fn slots(&self) -> Vec<i16> {
        (0..SLOTS).filter(|slot| self.fence(*slot).is_some()).collect()
    }

    fn epoch(&self, slot: i16) -> Option<&AtomicI64> {
        usize::try_from(slot).ok().and_then(|index| self.epochs.get(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_fenced_by_the_epoch_under_which_it_was_gained() {
        let ownership = Ownership::default();
        assert_eq!(ownership.fence(7), None);
        ownership.gain(7, 3);
        assert_eq!(ownership.fence(7), Some(Fence { slot: 7, epoch: 3 }));
        assert_eq!(ownership.slots(), [7]);
        ownership.lose(7);
        assert_eq!(ownership.fence(7), None);
    }

    #[test]
    fn a_slot_that_does_not_exist_is_nobodys() {
        let ownership = Ownership::default();
        ownership.gain(SLOTS, 1);
        assert_eq!(ownership.fence(SLOTS), None);
        assert_eq!(ownership.fence(-1), None);
    }
}
