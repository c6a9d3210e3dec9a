//! The scheduler.

use time::OffsetDateTime;

use crate::fact::Fact;
use crate::run::Run;
use crate::stimulus::{Refusal, Start, Stimulus};

/// Starts a run: its first fact, and everything that follows without an effect.
pub fn start(start: Start) -> Vec<Fact> {
    vec![Fact::Started {
        run_id: start.run_id,
        workflow: start.workflow,
        definition: start.definition,
        trigger: start.trigger,
        input: start.input,
        source_run: start.source_run,
        carried: start.carried,
        at: start.at,
    }]
}

/// What follows from a stimulus: facts to be appended in one batch.
pub fn decide(
    run: &Run,
    _stimulus: Stimulus,
    _at: OffsetDateTime,
    _chance: f64,
) -> Result<Vec<Fact>, Refusal> {
    if run.is_started() { Err(Refusal::Ending) } else { Err(Refusal::NotStarted) }
}
