//! Cuts a month into segments: one organization each, and no run in two.

use crate::journal::reading::RunSize;

/// Events of one segment at most, unless a single run has more.
const EVENTS: i64 = 500_000;
/// Bytes of texts of one segment at most, unless a single run has more.
const BYTES: i64 = 256 * 1024 * 1024;
/// Runs of one segment at most: its index names each.
const RUNS: usize = 100_000;

/// What one segment will have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Whose runs.
    pub(super) organization: String,
    /// Which of the organization's, from 1.
    pub(super) number: u32,
    /// They, in the order of their ids.
    pub(super) runs: Vec<String>,
    /// How many events they have.
    pub(super) events: i64,
    bytes: i64,
}

impl Part {
    fn of(run: RunSize, number: u32) -> Self {
        let RunSize { organization, run, events, bytes } = run;
        Self { organization, number, runs: vec![run], events, bytes }
    }

    const fn has_room(&self, run: &RunSize) -> bool {
        self.events + run.events <= EVENTS
            && self.bytes + run.bytes <= BYTES
            && self.runs.len() < RUNS
    }
}

/// Cuts. `runs` come by organization and id; the same runs are cut the same way each time.
pub(super) fn cut(runs: Vec<RunSize>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for run in runs {
        let number = match parts.last_mut() {
            Some(part) if part.organization != run.organization => 1,
            Some(part) if part.has_room(&run) => {
                part.events += run.events;
                part.bytes += run.bytes;
                part.runs.push(run.run);
                continue;
            }
            Some(part) => part.number + 1,
            None => 1,
        };
        parts.push(Part::of(run, number));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(organization: &str, run: &str, events: i64, bytes: i64) -> RunSize {
        let (organization, run) = (organization.to_owned(), run.to_owned());
        RunSize { organization, run, events, bytes }
    }

    fn shape(parts: &[Part]) -> Vec<(&str, u32, &str, &str, i64)> {
        let of = |part| {
            let Part { organization, number, runs, events, .. }: &Part = part;
            let [first, last] = [runs.first(), runs.last()].map(|run| run.unwrap().as_str());
            (organization.as_str(), *number, first, last, *events)
        };
        parts.iter().map(of).collect()
    }

    #[test]
    fn each_organization_has_segments_of_its_own() {
        let parts = cut(vec![run("a", "1", 3, 10), run("a", "2", 4, 10), run("b", "1", 5, 10)]);
        assert_eq!(shape(&parts), [("a", 1, "1", "2", 7), ("b", 1, "1", "1", 5)]);
        assert!(cut(Vec::new()).is_empty());
    }

    #[test]
    fn a_segment_is_bounded_and_a_run_is_never_cut() {
        let parts = cut(vec![
            run("a", "1", EVENTS - 1, 10),
            run("a", "2", 2, 10),
            run("a", "3", 2, BYTES),
            run("a", "4", EVENTS * 3, BYTES * 3),
            run("a", "5", 1, 1),
        ]);
        assert_eq!(
            shape(&parts),
            [
                ("a", 1, "1", "1", EVENTS - 1),
                ("a", 2, "2", "2", 2),
                ("a", 3, "3", "3", 2),
                ("a", 4, "4", "4", EVENTS * 3),
                ("a", 5, "5", "5", 1),
            ]
        );
    }
}
