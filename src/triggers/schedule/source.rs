//! The kinds `schedule` and `cronjob`, which are one under two names.

use engine::PayloadProblem;
use serde_json::Value;

use super::Settings;
use crate::primitives::OrganizationId;
use crate::triggers::{Key, Kind};

/// The names under which workflows come round in time.
pub const SCHEDULES: [&str; 2] = ["schedule", "cronjob"];

/// A schedule, by one of its names.
pub struct Scheduled(pub &'static str);

impl Kind for Scheduled {
    fn name(&self) -> &'static str {
        self.0
    }

    fn problems(&self, payload: &Value) -> Vec<PayloadProblem> {
        Settings::read(payload).err().into_iter().collect()
    }

    fn keys(&self, _: OrganizationId, _: &Value) -> Vec<Key> {
        // They are found by their kind, and kept in the order of their times by who fires them.
        Vec::new()
    }
}
