//! A conversation as clients send it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::assistant::{Call, Conversation, Fault, Message};
use crate::http::problem::{Code, Problem};

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Speaker {
    /// The person.
    Person,
    /// The model.
    Assistant,
    /// A tool that the model called.
    Tool,
}

/// One message of a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = AssistantMessage)]
pub(super) struct Said {
    /// Who said it: `person`, `assistant` or `tool`.
    role: Speaker,
    /// The words of a person, up to 8,000 characters, or those of an earlier answer.
    text: Option<String>,
    /// The calls of an earlier answer, as they came.
    #[serde(default)]
    calls: Vec<CallRecord>,
    /// Of a result: the call that it belongs to.
    call_id: Option<String>,
    /// What the tool gave, up to 64,000 characters; or why it was not carried out.
    result: Option<String>,
}

/// A call of a tool, which whoever asked carries out or does not.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = AssistantCall)]
pub(super) struct CallRecord {
    /// By which its result is known.
    pub(super) id: String,
    /// The tool; `docs/assistant.md` lists them.
    pub(super) tool: String,
    /// What it is called with. It fits the schema of the tool.
    #[schema(value_type = Object)]
    pub(super) arguments: Box<RawValue>,
}

/// The conversation, or what is wrong with it and where.
pub(super) fn read(messages: Vec<Said>) -> Result<Conversation, Problem> {
    let parsed = messages.into_iter().enumerate().map(|(at, said)| {
        said.parsed().ok_or_else(|| {
            let message = "must have `text` of a person, `text` or `calls` of the assistant, \
                           `callId` and `result` of a tool, and nothing else";
            Problem::new(Code::InvalidBody).at(format!("/messages/{at}"), message)
        })
    });
    let messages = parsed.collect::<Result<_, _>>()?;
    Conversation::read(messages).map_err(|Fault { message, problem }| {
        let place = message.map_or_else(|| "/messages".to_owned(), |at| format!("/messages/{at}"));
        Problem::new(Code::InvalidBody).at(place, problem)
    })
}

impl Said {
    fn parsed(self) -> Option<Message> {
        let Self { role, text, calls, call_id, result } = self;
        match (role, text, call_id, result) {
            (Speaker::Person, Some(text), None, None) if calls.is_empty() => {
                Some(Message::Person(text))
            }
            (Speaker::Assistant, text, None, None) => {
                let calls = calls.into_iter().map(CallRecord::parsed).collect();
                Some(Message::Assistant { text, calls })
            }
            (Speaker::Tool, None, Some(call_id), Some(result)) if calls.is_empty() => {
                Some(Message::Tool { call_id, result })
            }
            (Speaker::Person | Speaker::Tool | Speaker::Assistant, ..) => None,
        }
    }
}

impl CallRecord {
    fn parsed(self) -> Call {
        let Self { id, tool, arguments } = self;
        Call { id, tool, arguments }
    }

    /// A call as it is answered with.
    pub(super) fn of(call: Call) -> Self {
        let Call { id, tool, arguments } = call;
        Self { id, tool, arguments }
    }
}
