//! Why a workflow refuses an order.

use super::event::PauseReason;

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such workflow.
    #[error("this workflow does not exist")]
    Unknown,
    /// The id is taken.
    #[error("this workflow exists already")]
    Exists,
    /// It was archived, and nothing more happens to it.
    #[error("this workflow is archived: create a new one from its definition")]
    Archived,
    /// Somebody changed it since it was read.
    #[error(
        "this workflow has changed: it is at version {actual}, not at {expected}; read it again and repeat the change"
    )]
    Conflict {
        /// The version that the caller expected.
        expected: u64,
        /// The version it has.
        actual: u64,
    },
    /// There is nothing to publish or to discard.
    #[error("there is no draft: save one first")]
    NoDraft,
    /// Nothing was published yet, so the draft is all there is.
    #[error(
        "this draft is all there is of the workflow: archive it instead of discarding the draft"
    )]
    OnlyDraft,
    /// Nothing was published yet.
    #[error("this workflow is not live: publish it first")]
    NotLive,
    /// Pausing what is paused.
    #[error("this workflow is paused already")]
    AlreadyPaused,
    /// Resuming what runs.
    #[error("this workflow is not paused")]
    NotPaused,
    /// Rolling back to what is live, or to what never was.
    #[error("there is no version {0} to roll back to")]
    NoSuchVersion(u32),
    /// Rolling back to the version that is live.
    #[error("version {0} is live already")]
    LiveAlready(u32),
    /// A limit is out of bounds.
    #[error("must be {min} to {max}, not {value}")]
    Limit {
        /// Where in the order.
        place: &'static str,
        /// The least.
        min: u64,
        /// The most.
        max: u64,
        /// What was given.
        value: u64,
    },
    /// Adding runs where there is no limit.
    #[error("this workflow may start any number of runs: set `maxRuns` first")]
    NoLimit,
    /// It paused by itself, and nobody has said that the cause was looked at.
    #[error(
        "this workflow paused by itself ({}): look at the `review` of the workflow, and resume it \
         with `\"acknowledge\": \"{}\"`", .0.name(), .0.name()
    )]
    Unreviewed(PauseReason),
    /// It paused because its runs were used up, and they still are.
    #[error(
        "the runs of this workflow are used up: refill it, or change `maxRuns`, then resume it"
    )]
    StillUsedUp,
    /// The organization wants drafts approved, and this one is not.
    #[error("this draft has to be approved by somebody else first: ask for a review of it")]
    Unapproved,
    /// Judging or commenting where nobody asked.
    #[error("nobody has asked for a review of this draft")]
    NoReview,
    /// Asking for what goes on already.
    #[error("this draft is under review, or has been judged: edit it to begin anew")]
    UnderReview,
    /// Judging twice.
    #[error("this draft has been judged already: edit it to begin anew")]
    Judged,
    /// Judging another draft than the one that is there.
    #[error("this draft is another one by now: look at it again")]
    AnotherDraft,
    /// Judging one's own work.
    #[error("whoever edited a draft last, or asked for its review, cannot judge it")]
    OwnDraft,
    /// Too many comments.
    #[error("a review has at most {0} comments")]
    Comments(usize),
    /// A text of a review is empty or too long.
    #[error("has 1 to {max} characters, not {actual}")]
    Text {
        /// Where in the order.
        place: &'static str,
        /// The bound.
        max: usize,
        /// What was given.
        actual: usize,
    },
    /// A tag is none.
    #[error("a tag has 1 to {max} lower-case letters, digits, `-`, `_`, `.`, `:` or `/`")]
    Tag {
        /// The longest.
        max: usize,
    },
    /// Too many tags.
    #[error("a workflow has at most {max} tags, not {actual}")]
    Tags {
        /// The bound.
        max: usize,
        /// What was given.
        actual: usize,
    },
    /// The name is empty or too long.
    #[error("a name has 1 to {max} characters, not {actual}")]
    Name {
        /// The bound.
        max: usize,
        /// What was given.
        actual: usize,
    },
}
