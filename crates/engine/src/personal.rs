//! Whose personal data a run handles. What is derived from such data is personal, too, and expressions derive new
//! values faster than marks could follow: so it is all facts of the run that are kept under its subject's key, and
//! nodes that keep something outside of the run are refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

use crate::definition::Definition;
use crate::expression::{Placeholders, Scope, Template};
use crate::fact::{Fact, Trigger, WorkflowRef};
use crate::json::Json;
use crate::node::waits_for_signer;
use crate::place::Iteration;
use crate::plan::Index;
use crate::run::{Run, Spot};

/// How long the name of a subject may be, in bytes.
pub const MAX_SUBJECT_BYTES: usize = 512;

/// The types of nodes that keep what they are given in streams that are not the run's.
const KEEPERS: [&str; 5] =
    ["manual-task", "storage", "org-storage-set", "db-query", "call-x402-endpoint"];

/// What a definition says of personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Personal {
    /// Whose data it is: a text with expressions over the trigger and the inputs.
    pub subject: String,
}

impl Personal {
    pub(crate) fn template(&self) -> Template {
        Template::text(&self.subject, Placeholders::Refused)
    }
}

/// Whether nodes of a type keep what they are given elsewhere than in the run.
pub fn keeps_elsewhere(kind: &str) -> bool {
    KEEPERS.contains(&kind) || waits_for_signer(kind)
}

impl Definition {
    /// What of it keeps something outside of its runs, where shredding does not reach; none where nothing does.
    pub fn keeper(&self) -> Option<String> {
        let node = self.nodes.iter().find(|(_, node)| keeps_elsewhere(&node.kind));
        let emitted = || self.emit.first().map(|it| format!("it emits {}", it.event));
        let kept = || self.kept_variables().next().map(|it| format!("the variable {it} persists"));
        let node = node.map(|(id, node)| format!("the node {id} is a {}", node.kind));
        node.or_else(emitted).or_else(kept)
    }
}

/// Whose personal data a run of this definition would handle; none where the definition names nobody.
///
/// # Errors
/// Says why the trigger and the input name nobody, though the definition wants it.
pub fn subject_of(
    definition: &Arc<Definition>,
    trigger: &Trigger,
    input: &Json,
    at: OffsetDateTime,
) -> Result<Option<String>, String> {
    let Some(personal) = definition.personal() else { return Ok(None) };
    let mut run = Run::default();
    run.apply(&Fact::Started {
        run_id: String::new(),
        workflow: WorkflowRef { id: String::new(), version: 0 },
        definition: Arc::clone(definition),
        trigger: trigger.clone(),
        input: Arc::clone(input),
        source_run: None,
        carried: BTreeMap::new(),
        parent: None,
        variables: None,
        subject: None,
        at,
    });
    let Some(head) = run.head() else { return Ok(None) };
    let spot = Spot { index: Index::new(0), iteration: Iteration::NONE };
    let template = personal.template();
    let named = template.resolve(Scope { head, run: &run, spot });
    let named = named.map_err(|problem| problem.message)?;
    let subject = match &*named {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    };
    if subject.is_empty() {
        return Err("it names nobody: a text or a number is needed".to_owned());
    }
    if subject.len() > MAX_SUBJECT_BYTES || subject.contains(char::is_control) {
        return Err(format!(
            "a subject is named by at most {MAX_SUBJECT_BYTES} bytes without control characters"
        ));
    }
    Ok(Some(subject))
}
