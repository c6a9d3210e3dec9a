//! Two versions of a schema, compared in both directions.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::change::{Change, ChangeCode, Direction, Severity};
use super::walk::Walk;
use crate::schemas::level::Level;
use crate::schemas::version::Bump;

/// How many changes are told: enough to mend a schema, few enough to read.
const MAX_CHANGES: usize = 100;

/// What a comparison found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The changes, at most a hundred.
    pub changes: Vec<Change>,
    /// Over which flows of data the new version breaks.
    pub breaks: BTreeSet<Direction>,
}

impl Comparison {
    /// How far the version has to move on, at least.
    pub fn bump(&self) -> Bump {
        if self.breaks.contains(&Direction::Backward) {
            Bump::Major
        } else if self.breaks.contains(&Direction::Forward) {
            Bump::Minor
        } else {
            Bump::Patch
        }
    }

    /// Whether the new version keeps what a level promises.
    pub fn keeps(&self, level: Level) -> bool {
        level.directions().iter().all(|direction| !self.breaks.contains(direction))
    }
}

impl Change {
    /// How bad it is where this level is wanted.
    pub fn severity(&self, level: Level) -> Severity {
        if level.directions().iter().any(|direction| self.breaks.contains(direction)) {
            Severity::Breaking
        } else {
            Severity::Compatible
        }
    }
}

/// Compares two versions, each bundled with the schemas that it leads to.
pub fn compare(old: &Value, new: &Value) -> Comparison {
    if old == new {
        return Comparison { changes: Vec::new(), breaks: BTreeSet::new() };
    }
    let mut found: BTreeMap<(String, ChangeCode), Change> = BTreeMap::new();
    let mut breaks = BTreeSet::new();
    for (direction, narrow, wide) in
        [(Direction::Backward, old, new), (Direction::Forward, new, old)]
    {
        for (rule, path, message) in Walk::new(narrow, wide).breaks() {
            breaks.insert(direction);
            let code = rule.code(direction);
            let change = found.entry((path.clone(), code)).or_insert_with(|| Change {
                code,
                path,
                message,
                breaks: BTreeSet::new(),
            });
            change.breaks.insert(direction);
        }
    }
    let mut changes: Vec<_> = found.into_values().take(MAX_CHANGES).collect();
    if changes.is_empty() {
        changes.push(Change {
            code: ChangeCode::ChangedAnnotation,
            path: String::new(),
            message: "the same data fits: only texts or the way it is written have changed".into(),
            breaks: BTreeSet::new(),
        });
    }
    Comparison { changes, breaks }
}
