//! An event on its way to the stream.

use async_nats::HeaderMap;
use bytes::Bytes;

use super::Ledger;

/// The position, for readers who do not look into the body.
const POSITION: &str = "Chainkeel-Position";
const RUN: &str = "Chainkeel-Run";
const WORKFLOW: &str = "Chainkeel-Workflow";
const PRIVATE_TO: &str = "Chainkeel-Private-To";
const GONE: &str = "Chainkeel-Gone";

/// An event on its way to the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its number on the ledger, and in the stream.
    pub position: i64,
    /// By which it is known again: [`super::Ledger::message_id`].
    pub id: String,
    /// By which readers choose.
    pub subject: String,
    /// The line that an export of the ledger has for it.
    pub body: Bytes,
    /// What readers choose by beside that.
    pub marks: Marks,
}

/// What the headers of a message say of its event, for readers who do not look into the body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// The run that it is of.
    pub run: Option<String>,
    /// The workflow that it concerns, were it by its run.
    pub workflow: Option<String>,
    /// Who alone may see it, where that workflow was private when it was relayed, and those who see everything.
    pub private_to: Option<String>,
    /// Whether there is nothing at this position any more: it was deleted by order.
    pub is_gone: bool,
}

impl Message {
    /// What stands at a position whose event was deleted by order, so that those behind it keep their places.
    pub fn gone(ledger: &Ledger, position: i64) -> Self {
        Self {
            position,
            id: ledger.gone_id(position),
            subject: ledger.subject("", "", "gone"),
            body: Bytes::new(),
            marks: Marks { is_gone: true, ..Marks::default() },
        }
    }
}

impl Marks {
    /// As headers of the message at this position.
    pub(super) fn headers(self, position: i64) -> impl Iterator<Item = (&'static str, String)> {
        let gone = self.is_gone.then(|| "true".to_owned());
        [
            (POSITION, Some(position.to_string())),
            (RUN, self.run),
            (WORKFLOW, self.workflow),
            (PRIVATE_TO, self.private_to),
            (GONE, gone),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }

    /// Out of the headers of a message.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).map(ToString::to_string);
        Self {
            run: text(RUN),
            workflow: text(WORKFLOW),
            private_to: text(PRIVATE_TO),
            is_gone: headers.get(GONE).is_some(),
        }
    }
}
