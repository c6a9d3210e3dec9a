//! Mocks: a list of which the first that fits a call answers it.

use time::Duration;

use super::{Address, Answer, Call, Gap, Respond, Said};

/// One mock: for which calls, and what is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Mock {
    /// Whose calls.
    pub subject: Subject,
    /// Which of the node's calls, from 1; all of them when absent.
    pub occurrence: Option<u32>,
    /// What is answered, one call after the other. The last answer is given for ever.
    pub answers: Vec<Answer>,
}

/// Whose calls a mock answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Those of one node.
    Node(Address),
    /// Those of every node of that type.
    Kind(String),
}

/// What becomes of a call that no mock fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unmocked {
    /// The rehearsal ends there, and says how to mock it.
    #[default]
    Fail,
    /// It is answered at once with its own resolved payload.
    Echo,
}

/// Mocks in use: they know how often each of them answered.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    mocks: Vec<(Mock, u32)>,
    unmocked: Unmocked,
}

impl Answers {
    /// Answers by these mocks, of which the first that fits a call is used.
    pub fn new(mocks: impl IntoIterator<Item = Mock>, unmocked: Unmocked) -> Self {
        Self { mocks: mocks.into_iter().map(|mock| (mock, 0)).collect(), unmocked }
    }

    /// How often each mock answered, in the order in which they were given.
    pub fn uses(&self) -> impl Iterator<Item = u32> {
        self.mocks.iter().map(|(_, uses)| *uses)
    }
}

impl Respond for Answers {
    fn respond(&mut self, call: &Call) -> Result<Answer, Gap> {
        let mut gap = Gap::NotMocked;
        for (mock, uses) in &mut self.mocks {
            if !mock.subject.is(call) {
                continue;
            }
            if mock.occurrence.is_some_and(|wanted| wanted != call.occurrence) {
                gap = Gap::OtherOccurrence;
                continue;
            }
            let last = mock.answers.len().saturating_sub(1);
            let next = usize::try_from(*uses).unwrap_or(usize::MAX).min(last);
            // A mock that says nothing at all is none.
            let Some(answer) = mock.answers.get(next) else { continue };
            *uses = uses.saturating_add(1);
            return Ok(answer.clone());
        }
        match self.unmocked {
            Unmocked::Fail => Err(gap),
            Unmocked::Echo => Ok(Answer::at_once(Said::Response(call.input.clone()))),
        }
    }
}

impl Mock {
    /// A mock of all calls of a node.
    pub fn of_node(node: &str, answers: Vec<Answer>) -> Self {
        Self { subject: Subject::Node(Address::of(node)), occurrence: None, answers }
    }

    /// A mock of all calls of all nodes of a type.
    pub fn of_kind(kind: impl Into<String>, answers: Vec<Answer>) -> Self {
        Self { subject: Subject::Kind(kind.into()), occurrence: None, answers }
    }

    /// The same for one of the node's calls, counted from 1.
    #[must_use]
    pub fn at(self, occurrence: u32) -> Self {
        Self { occurrence: Some(occurrence), ..self }
    }

    /// The same, where every answer takes that long.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        for answer in &mut self.answers {
            answer.after = delay;
        }
        self
    }
}

impl Subject {
    fn is(&self, call: &Call) -> bool {
        match self {
            Self::Node(address) => address.covers(&call.address),
            Self::Kind(kind) => **kind == *call.kind,
        }
    }
}
