//! What is in hand between the checkpoint and the place up to which the ledger was read.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use crate::actors::reaction::Line;
use crate::journal::{Batch, Recorded};

/// An event of a batch that was read.
#[derive(Debug, Clone)]
pub(super) struct Place {
    batch: Batch,
    index: usize,
}

impl Place {
    pub(super) fn event(&self) -> &Recorded {
        &self.batch[self.index]
    }
}

/// Consecutive events of one line, to be carried out one after the other.
#[derive(Debug)]
pub(super) struct Errand {
    pub(super) key: Line,
    pub(super) places: Vec<Place>,
    /// An earlier event of the stream waits: these have to wait behind it.
    pub(super) is_held: bool,
}

/// Events that are in hand. Of each stream one errand at a time is under way; what comes meanwhile
/// waits for its end.
#[derive(Debug)]
pub(super) struct Window {
    /// Up to here the ledger was read.
    read: i64,
    /// Positions that are not done.
    open: BTreeSet<i64>,
    /// Streams with an errand under way, and what has come since.
    under_way: HashMap<Line, VecDeque<Place>>,
    /// Streams of which an event was set aside.
    held: HashSet<Line>,
    /// Those of them that came since the last time that all were looked up.
    newly_held: HashSet<Line>,
}

impl Window {
    /// A window that opens behind a checkpoint, with the streams that wait.
    pub(super) fn behind(read: i64, held: HashSet<Line>) -> Self {
        let (open, under_way) = (BTreeSet::new(), HashMap::new());
        Self { read, open, under_way, held, newly_held: HashSet::new() }
    }

    /// Everything up to here was carried out or set aside: where the checkpoint may be.
    pub(super) fn done(&self) -> i64 {
        self.open.first().map_or(self.read, |first| first - 1)
    }

    /// How many events are in hand.
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    /// Takes a batch of what was read up to a position, and gives the errands that can begin. What has no line is not
    /// wanted.
    pub(super) fn take(
        &mut self,
        batch: &Batch,
        read: i64,
        line: impl Fn(&Recorded) -> Option<Line>,
    ) -> Vec<Errand> {
        let mut errands: HashMap<Line, Vec<Place>> = HashMap::new();
        self.read = read;
        for (index, event) in batch.iter().enumerate() {
            let Some(key) = line(event) else { continue };
            self.open.insert(event.position);
            let place = Place { batch: batch.clone(), index };
            match self.under_way.get_mut(&key) {
                Some(waiting) => waiting.push_back(place),
                None => errands.entry(key).or_default().push(place),
            }
        }
        errands.into_iter().map(|(key, places)| self.begin(key, places)).collect()
    }

    /// An errand has come to its end. Gives the next of its stream, if something waits for it.
    pub(super) fn end(&mut self, errand: Errand) -> Option<Errand> {
        let Errand { key, places, is_held } = errand;
        for place in &places {
            self.open.remove(&place.event().position);
        }
        if is_held {
            self.held.insert(key.clone());
            self.newly_held.insert(key.clone());
        }
        let waiting: Vec<Place> = self.under_way.remove(&key).into_iter().flatten().collect();
        if waiting.is_empty() { None } else { Some(self.begin(key, waiting)) }
    }

    /// The streams that wait are about to be looked up.
    pub(super) fn look_up(&mut self) {
        self.newly_held.clear();
    }

    /// The streams that wait were found to be these; what ended meanwhile may not be among them.
    pub(super) fn hold(&mut self, held: HashSet<Line>) {
        self.held = held;
        self.held.extend(self.newly_held.iter().cloned());
    }

    fn begin(&mut self, key: Line, places: Vec<Place>) -> Errand {
        self.under_way.insert(key.clone(), VecDeque::new());
        let is_held = self.held.contains(&key);
        Errand { key, places, is_held }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::primitives::OrganizationId;

    fn batch(events: &[(i64, &str)]) -> Batch {
        let event = |(position, stream): &(i64, &str)| Recorded {
            position: *position,
            aggregate_type: "run".into(),
            aggregate_id: (*stream).to_owned(),
            sequence: *position,
            event_type: "happened".to_owned(),
            event_version: "1.0".to_owned(),
            organization: OrganizationId::DEFAULT,
            payload: "{}".to_owned(),
            metadata: "{}".to_owned(),
            recorded_at: datetime!(2026-11-24 08:00 UTC),
        };
        events.iter().map(event).collect()
    }

    /// By its stream, where it is wanted.
    fn stream(event: &Recorded) -> Option<Line> {
        let line = (event.aggregate_type.to_string(), event.aggregate_id.clone());
        (event.aggregate_id != "x").then_some(line)
    }

    fn take(window: &mut Window, events: &[(i64, &str)]) -> Vec<Errand> {
        let read = events.last().map_or(0, |(position, _)| *position);
        window.take(&batch(events), read, stream)
    }

    fn window() -> Window {
        Window::behind(0, HashSet::new())
    }

    fn positions(errand: &Errand) -> Vec<i64> {
        errand.places.iter().map(|place| place.event().position).collect()
    }

    fn of_stream(errands: Vec<Errand>, stream: &str) -> Errand {
        errands.into_iter().find(|errand| errand.key.1 == stream).expect("an errand")
    }

    #[test]
    fn the_checkpoint_stays_before_what_is_not_done() {
        let mut window = window();
        let mut errands = take(&mut window, &[(1, "a"), (2, "b"), (3, "x")]);
        assert_eq!((errands.len(), window.done(), window.len()), (2, 0, 2));
        errands.sort_by(|one, other| one.key.cmp(&other.key));
        let (b, a) = (errands.pop().expect("b"), errands.pop().expect("a"));
        assert!(window.end(b).is_none());
        assert_eq!(window.done(), 0);
        assert!(window.end(a).is_none());
        assert_eq!((window.done(), window.len()), (3, 0));
    }

    #[test]
    fn the_checkpoint_follows_over_what_concerns_nobody() {
        let mut window = window();
        assert!(window.take(&batch(&[]), 7, stream).is_empty());
        assert_eq!(window.done(), 7);
    }

    #[test]
    fn what_comes_while_its_stream_is_in_hand_waits_for_its_turn() {
        let mut window = window();
        let first = take(&mut window, &[(1, "a"), (2, "a")]);
        let first = of_stream(first, "a");
        assert_eq!(positions(&first), [1, 2]);
        assert!(take(&mut window, &[(3, "a")]).is_empty());
        assert_eq!(take(&mut window, &[(4, "b"), (5, "a")]).len(), 1);
        let next = window.end(first).expect("what came meanwhile");
        assert_eq!((positions(&next), window.done()), (vec![3, 5], 2));
    }

    #[test]
    fn a_stream_that_waits_holds_what_follows_until_it_is_found_free() {
        let mut window = window();
        let errand = of_stream(take(&mut window, &[(1, "a")]), "a");
        window.look_up();
        // It ends in vain after the look began, and is not among what was found.
        window.end(Errand { is_held: true, ..errand });
        window.hold(HashSet::new());
        assert!(of_stream(take(&mut window, &[(2, "a")]), "a").is_held);
        window.look_up();
        window.hold(HashSet::new());
        assert!(!of_stream(take(&mut window, &[(3, "b")]), "b").is_held);
    }
}
