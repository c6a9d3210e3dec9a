//! What a model is told before the conversation.

use std::fmt::Write as _;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const PROMPT: &str = include_str!("../../catalog/assistant/prompt.md");

/// When and where a question is asked.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// The time here.
    pub now: OffsetDateTime,
    /// What the person's clock shows, where it was told.
    pub local: Option<OffsetDateTime>,
}

/// The words before a conversation.
pub(super) fn prompt(scene: &Scene) -> String {
    let mut text = PROMPT.to_owned();
    let told = |at: OffsetDateTime| at.replace_nanosecond(0).unwrap_or(at).format(&Rfc3339);
    if let Ok(now) = told(scene.now) {
        let _ = write!(text, "\nIt is {now}.");
    }
    if let Some(Ok(local)) = scene.local.map(told) {
        let _ = write!(text, " The person's clock shows {local}: their days begin and end by it.");
    }
    text
}
