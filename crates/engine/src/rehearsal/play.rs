//! The play itself: intents are answered, timers come due, until the run is over.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::chance::Chance;
use super::{Address, Bounds, Call, End, Gap, Purpose, Rehearsal, Respond, Said, Unanswered};
use crate::decide::{decide, start};
use crate::fact::Fact;
use crate::failure::{Failure, FailureCategory};
use crate::instant;
use crate::json::Json;
use crate::node::{Logic, mocked};
use crate::place::Place;
use crate::run::Run;
use crate::status::ExecutionStatus;
use crate::stimulus::{Start, Stimulus};

/// From whom rehearsed waits are resumed, as the facts say it.
const SOURCE: &str = "manual";
/// Who resumes them.
const BY: &str = "rehearsal";

/// Plays a run from its start to its end, or as far as answers and bounds allow.
///
/// Answers come after their virtual delay, timers when they are due; at the same instant, answers
/// come before timers, and those asked for first come first. Chance comes from `seed`, and
/// `from.chance` is not looked at.
pub fn rehearse(from: Start, world: &mut dyn Respond, bounds: Bounds, seed: u64) -> Rehearsal {
    let begun = instant::normal(from.at);
    let mut chance = Chance::of(seed);
    let facts = start(Start { chance: chance.next(), ..from });
    let mut run = Run::default();
    for fact in &facts {
        run.apply(fact);
    }
    let mut play = Play {
        run,
        facts,
        now: begun,
        chance,
        world,
        asked: BTreeSet::new(),
        calls: BTreeMap::new(),
        coming: Vec::new(),
    };
    let mut steps = 0;
    let end = loop {
        if play.run.status().is_terminal() {
            break End::Over;
        }
        if let Err(unanswered) = play.ask() {
            break End::Unanswered(Box::new(unanswered));
        }
        let Some((at, stimulus)) = play.next() else { break End::Stalled };
        if at - begun > bounds.time {
            break End::OutOfTime(bounds.time);
        }
        if steps == bounds.steps {
            break End::OutOfSteps(bounds.steps);
        }
        steps += 1;
        play.tell(at, stimulus);
    };
    let elapsed = play.now - begun;
    Rehearsal { facts: play.facts, run: play.run, end, elapsed, steps }
}

struct Play<'a> {
    run: Run,
    facts: Vec<Fact>,
    now: OffsetDateTime,
    chance: Chance,
    world: &'a mut dyn Respond,
    /// The attempts, and the waits, that were asked for.
    asked: BTreeSet<(Place, u32)>,
    /// How often each node was called.
    calls: BTreeMap<String, u32>,
    /// Answers on their way, in the order in which they were asked for.
    coming: Vec<Coming>,
}

struct Coming {
    at: OffsetDateTime,
    stimulus: Stimulus,
}

impl Play<'_> {
    /// Asks the world about every effect and wait that is new.
    fn ask(&mut self) -> Result<(), Unanswered> {
        let effects: Vec<_> = self.run.effects_in_flight().collect();
        for effect in effects {
            let (node, attempt) = (effect.node, effect.attempt);
            if !self.asked.insert((node.clone(), attempt)) {
                continue;
            }
            let purpose = Purpose::Effect { timeout_ms: effect.timeout_ms };
            let call = self.call(&node, effect.kind, attempt, effect.input, purpose);
            let (after, said) = self.answer(call)?;
            let limit = milliseconds(effect.timeout_ms);
            let (after, stimulus) = match said {
                Said::Response(result) if after <= limit => {
                    (after, Stimulus::EffectSucceeded { node, attempt, result })
                }
                Said::Failure(failure) if after <= limit => {
                    (after, Stimulus::EffectFailed { node, attempt, failure })
                }
                Said::Response(_) | Said::Failure(_) | Said::Nothing => {
                    let failure = timed_out(effect.timeout_ms);
                    (limit, Stimulus::EffectFailed { node, attempt, failure })
                }
            };
            self.expect(after, stimulus);
        }
        self.ask_for_waits()
    }

    fn ask_for_waits(&mut self) -> Result<(), Unanswered> {
        let timers: Vec<_> = self.run.timers().collect();
        for (node, due_at) in timers {
            let Some(state) = self.run.node(&node) else { continue };
            let attempt = state.attempt();
            if state.status() != ExecutionStatus::Waiting
                || !self.asked.insert((node.clone(), attempt))
            {
                continue;
            }
            let input = state.input().cloned().unwrap_or_default();
            let address = Address::of(&node);
            let planned = self.run.definition().and_then(|it| it.nodes().get(address.node()));
            let kind = planned.map_or_else(|| "wait".into(), |planned| planned.kind.clone());
            let logic = Logic::named(&kind);
            let call = self.call(&node, kind, attempt, input, Purpose::Wait { due_at });
            let (after, said) = self.answer(call.clone())?;
            let data = match (logic, said) {
                // Its own timer ends it.
                (_, Said::Nothing) => continue,
                (Some(Logic::CallWorkflow | Logic::TriggerWorkflow), Said::Failure(failure)) => {
                    json!({ "status": "failure", "failure": failure }).into()
                }
                (_, Said::Failure(_)) => {
                    return Err(Unanswered { call, gap: Gap::FailureForWait });
                }
                (logic, Said::Response(data)) => told(logic, data),
            };
            if self.now.checked_add(after) < Some(due_at) {
                let source = logic.and_then(Logic::is_resumed_by).unwrap_or(SOURCE).to_owned();
                let by = BY.to_owned();
                self.expect(after, Stimulus::Resume { node, data, source, by });
            }
        }
        Ok(())
    }

    fn call(
        &mut self,
        node: &Place,
        kind: Arc<str>,
        attempt: u32,
        input: Json,
        purpose: Purpose,
    ) -> Call {
        let address = Address::of(node);
        let count = self.calls.entry(address.node().to_owned()).or_default();
        *count = count.saturating_add(1);
        let occurrence = *count;
        Call { address, kind, attempt, occurrence, input, at: self.now, purpose }
    }

    fn answer(&mut self, call: Call) -> Result<(Duration, Said), Unanswered> {
        match self.world.respond(&call) {
            Ok(answer) => Ok((answer.after.max(Duration::ZERO), answer.said)),
            Err(gap) => Err(Unanswered { call, gap }),
        }
    }

    fn expect(&mut self, after: Duration, stimulus: Stimulus) {
        let at = self.now.checked_add(after).unwrap_or(self.now);
        self.coming.push(Coming { at, stimulus });
    }

    /// What happens next, and when.
    fn next(&mut self) -> Option<(OffsetDateTime, Stimulus)> {
        // Both take the first of those that come at the same instant.
        let answer = self.coming.iter().enumerate().min_by_key(|(_, coming)| coming.at);
        let answer = answer.map(|(index, coming)| (index, coming.at));
        let timer = self.run.timers().min_by_key(|(_, due_at)| *due_at);
        match (answer, timer) {
            (Some((index, at)), None) => Some((at, self.coming.remove(index).stimulus)),
            (Some((index, at)), Some((_, due_at))) if at <= due_at => {
                Some((at, self.coming.remove(index).stimulus))
            }
            (_, Some((node, due_at))) => Some((due_at, Stimulus::TimerDue { node })),
            (None, None) => None,
        }
    }

    fn tell(&mut self, at: OffsetDateTime, stimulus: Stimulus) {
        self.now = self.now.max(at);
        let chance = self.chance.next();
        // A refusal changes nothing, as in the house: a wait whose run is ending is not resumed.
        let facts = decide(&self.run, stimulus, self.now, chance).unwrap_or_default();
        for fact in &facts {
            self.run.apply(fact);
        }
        self.facts.extend(facts);
    }
}

/// A mock's answer as the node is told it. Whoever writes a test says what a person fills in, or
/// what a called workflow gives; what was recorded has the form already.
fn told(logic: Option<Logic>, data: Json) -> Json {
    let has = |name: &str| data.get(name).is_some();
    match logic {
        Some(Logic::ManualTask) if !has("outcome") => {
            json!({ "outcome": "completed", "data": *data, "by": BY }).into()
        }
        Some(Logic::CallWorkflow) if !has("status") => {
            json!({ "status": "success", "output": *data }).into()
        }
        Some(Logic::Transact) if !has("outcome") => mocked(&data).into(),
        Some(_) | None => data,
    }
}

fn milliseconds(count: u64) -> Duration {
    Duration::milliseconds(i64::try_from(count).unwrap_or(i64::MAX))
}

/// What an effect fails with when it takes longer than it may.
fn timed_out(timeout_ms: u64) -> Failure {
    let message = format!("the action did not end within {timeout_ms} ms");
    Failure::passing("timeout", FailureCategory::Timeout, message)
}
