//! What happens in an organization, told from wherever it is read: the ledger, or the stream that it is relayed to.

use bytes::Bytes;

use super::entry::ActivityEntry;
use crate::actors::{Told, Wanted};
use crate::http::problem::{Code, Problem};
use crate::http::sse::{self, Source, Step};
use crate::journal::Recorded;
use crate::primitives::{Kind, Kinds};
use crate::projections::activity::{self, Entry};

/// Where what happened is read from.
pub(crate) trait Reading: 'static {
    /// The next events of these kinds between two positions, and up to which position those are all.
    fn page(
        &mut self,
        wanted: &Wanted,
        kinds: &Kinds,
        range: (i64, i64),
    ) -> impl Future<Output = Result<(Vec<Recorded>, i64), Problem>>;

    /// What an event of the last page tells, with its workflow.
    fn entry(&mut self, event: &Recorded) -> impl Future<Output = Result<Option<Entry>, Problem>>;

    /// Whether an entry of the last page, or of what was told just now, concerns a workflow that is private to somebody
    /// else.
    fn hides(&self, entry: &Entry, told: Option<&Told>) -> bool;
}

/// What happens in an organization.
pub(crate) struct Past<R> {
    reading: R,
    wanted: Wanted,
    /// The workflow and the run that are wanted, as entries name them.
    workflow: Option<String>,
    run: Option<String>,
    /// What is read of the ledger for it.
    kinds: Kinds,
    /// The position up to which it was read.
    after: i64,
}

impl<R: Reading> Past<R> {
    /// What is wanted of what follows a position.
    pub(crate) fn new(reading: R, wanted: Wanted, after: i64) -> Self {
        let kinds = on_the_ledger(wanted.kinds.as_ref());
        let workflow = wanted.workflow.map(|it| it.to_string());
        let run = wanted.run.map(|it| it.to_string());
        Self { reading, wanted, workflow, run, kinds, after }
    }

    /// Whether the client is to be told.
    fn is_wanted(&self, entry: &Entry, told: Option<&Told>) -> bool {
        (self.workflow.is_none() || self.workflow == entry.workflow_id)
            && (self.run.is_none() || self.run == entry.run_id)
            && self.wanted.kinds.as_ref().is_none_or(|kinds| kinds.has(&entry.kind))
            && !self.reading.hides(entry, told)
    }
}

impl<R: Reading> Source for Past<R> {
    async fn past(&mut self, until: i64) -> Result<(Vec<Recorded>, i64), Problem> {
        let range = (self.after, until);
        let (page, looked) = self.reading.page(&self.wanted, &self.kinds, range).await?;
        self.after = looked;
        Ok((page, looked))
    }

    async fn step(&mut self, event: &Recorded) -> Result<Step, Problem> {
        let Some(entry) = self.reading.entry(event).await? else { return Ok(Step::Skip) };
        Ok(if self.is_wanted(&entry, None) { Step::Send(frame(entry)?) } else { Step::Skip })
    }

    fn live(&mut self, told: &Told) -> Result<Step, Problem> {
        let entry = told.entry.as_ref().filter(|entry| self.is_wanted(entry, Some(told)));
        let Some(entry) = entry else { return Ok(Step::Skip) };
        told.in_words(|| frame(entry.clone())).map(Step::Send)
    }

    fn ends(&self, _: &Recorded) -> bool {
        false
    }
}

/// Refuses types that never happen, which are slips of the pen.
pub(crate) fn must_be_known(kinds: Option<&Kinds>) -> Result<(), Problem> {
    let is_known = |kind: Kind<'_>| match kind {
        Kind::Family(family) => ["run", "workflow"].contains(&family),
        Kind::Exact(kind) => activity::KINDS.contains(&kind),
    };
    match kinds.and_then(|kinds| kinds.unknown(is_known)) {
        None => Ok(()),
        Some(unknown) => Err(Problem::new(Code::InvalidQuery).at(
            "type",
            format_args!(
                "`{unknown}` is no type of activity: write `run.*`, `workflow.*`, or one of {}",
                activity::KINDS.join(", ")
            ),
        )),
    }
}

/// The types of events that tell of these entries: they are called alike, but for triggers that were passed over.
fn on_the_ledger(wanted: Option<&Kinds>) -> Kinds {
    match wanted {
        None => Kinds::of_families(["run", "workflow", "skip"]),
        Some(kinds) if kinds.has("workflow.trigger_skipped") => kinds.clone().with_family("skip"),
        Some(kinds) => kinds.clone(),
    }
}

fn frame(entry: Entry) -> Result<Bytes, Problem> {
    let (position, kind) = (entry.position, entry.kind.clone());
    sse::frame(position, &kind, &ActivityEntry::try_from(entry)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triggers_that_were_passed_over_stand_elsewhere_on_the_ledger() {
        let wanted = |text: &str| Kinds::try_from(text.to_owned()).expect("types");
        let asked = |text: &str| on_the_ledger(Some(&wanted(text)));
        assert_eq!(asked("run.*"), wanted("run.*"));
        for text in ["workflow.*", "workflow.trigger_skipped,run.failed"] {
            assert!(asked(text).has("skip.skipped"), "{text}");
        }
        assert!(on_the_ledger(None).has("skip.skipped"));
    }
}
