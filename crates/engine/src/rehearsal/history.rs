//! Answers from what really happened: the recorded run answers for the outside.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use time::OffsetDateTime;

use super::{Address, Answer, Answers, Call, Gap, Purpose, Respond, Said};
use crate::fact::{Carried, Fact};
use crate::json::Json;

/// A recorded run as the world of another one. Each node is answered with what it was answered
/// then, call by call in the same order, whatever it is called with now.
#[derive(Debug, Clone)]
pub struct History {
    answered: BTreeMap<String, VecDeque<Recorded>>,
    /// For nodes that were not called then.
    otherwise: Answers,
    /// What is called otherwise than it was.
    pub changes: Vec<CallChange>,
}

/// A call that was not made like this in the recorded run.
#[derive(Debug, Clone, PartialEq)]
pub enum CallChange {
    /// It was not made at all, or not so often.
    Anew(Call),
    /// It was made with another input.
    OtherInput {
        /// The call as it would be made.
        call: Call,
        /// The input that was recorded.
        recorded: Json,
    },
}

#[derive(Debug, Clone)]
struct Recorded {
    /// Not known of what a retry took over without its input.
    input: Option<Json>,
    answer: Answer,
}

/// A call whose answer has not come yet.
struct Open {
    input: Json,
    at: OffsetDateTime,
}

impl History {
    /// What a run's facts say of the outside. What they do not know is answered by `otherwise`.
    pub fn of<'a>(facts: impl IntoIterator<Item = &'a Fact>, otherwise: Answers) -> Self {
        let mut reading = Reading::default();
        for fact in facts {
            reading.take(fact);
        }
        Self { answered: reading.answered, otherwise, changes: Vec::new() }
    }
}

impl Respond for History {
    fn respond(&mut self, call: &Call) -> Result<Answer, Gap> {
        let place = call.address.to_string();
        let Some(recorded) = self.answered.get_mut(&place).and_then(VecDeque::pop_front) else {
            self.changes.push(CallChange::Anew(call.clone()));
            return self.otherwise.respond(call);
        };
        if let (Purpose::Effect { .. }, Some(input)) = (call.purpose, recorded.input)
            && input != call.input
        {
            self.changes.push(CallChange::OtherInput { call: call.clone(), recorded: input });
        }
        Ok(recorded.answer)
    }
}

#[derive(Default)]
struct Reading {
    answered: BTreeMap<String, VecDeque<Recorded>>,
    open: BTreeMap<String, Open>,
}

impl Reading {
    fn take(&mut self, fact: &Fact) {
        match fact {
            Fact::Started { carried, .. } => {
                for (node, carried) in carried {
                    if let Carried::Succeeded { input, result, .. } = carried {
                        let answer = Answer::at_once(Said::Response(Arc::clone(result)));
                        let recorded = Recorded { input: input.clone(), answer };
                        self.answered.entry(node.to_string()).or_default().push_back(recorded);
                    }
                }
            }
            Fact::NodeStarted { node, input, at, .. }
            | Fact::WaitOpened { node, input, at, .. } => {
                let open = Open { input: Arc::clone(input), at: *at };
                self.open.insert(Address::of(node).to_string(), open);
            }
            Fact::NodeSucceeded { node, result, at, .. } => {
                self.answer(node, Said::Response(Arc::clone(result)), *at);
            }
            Fact::NodeFailed { node, failure, at, .. } => {
                self.answer(node, Said::Failure(failure.clone()), *at);
            }
            // The wait's own result follows; it was made of this.
            Fact::WaitResumed { node, data, at, .. } => {
                self.answer(node, Said::Response(Arc::clone(data)), *at);
            }
            Fact::WaitTimedOut { node, at, .. } => self.answer(node, Said::Nothing, *at),
            Fact::EffectRepeated { .. }
            | Fact::RetryScheduled { .. }
            | Fact::FailureHandled { .. }
            | Fact::LoopStarted { .. }
            | Fact::IterationStarted { .. }
            | Fact::WaitMarked { .. }
            | Fact::Paused { .. }
            | Fact::Unpaused { .. }
            | Fact::HistoryGrewLong { .. }
            | Fact::LimitReached { .. }
            | Fact::CompensationStarted { .. }
            | Fact::CompensationEnded { .. }
            | Fact::EventEmitted { .. }
            | Fact::NodeSkipped { .. }
            | Fact::NodeCancelled { .. }
            | Fact::DelayStarted { .. }
            | Fact::CancelRequested { .. }
            | Fact::Succeeded { .. }
            | Fact::Failed { .. }
            | Fact::Cancelled { .. } => {}
        }
    }

    /// The open call of a node was answered; what nobody was called for is no answer.
    fn answer(&mut self, node: impl std::fmt::Display, said: Said, at: OffsetDateTime) {
        let place = Address::of(node).to_string();
        let Some(Open { input, at: called }) = self.open.remove(&place) else { return };
        let recorded = Recorded { input: Some(input), answer: Answer { said, after: at - called } };
        self.answered.entry(place).or_default().push_back(recorded);
    }
}
