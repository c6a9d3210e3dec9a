//! Chat completions, as the many servers speak them that say they are compatible: strictly what we send, leniently
//! what they answer.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::conversation::{Call, Message};
use super::tools::Toolbox;

/// How many tokens an answer may have: a definition of some fifty nodes.
pub(super) const MAX_TOKENS: u32 = 8_192;
/// How many tools a model may call at a time.
pub(super) const MAX_CALLS: usize = 8;

/// By which name a provider knows the bound of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// As it is called today.
    Today,
    /// As it was called first, which is all that some know.
    Before,
}

impl Bound {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Today => "max_completion_tokens",
            Self::Before => "max_tokens",
        }
    }
}

/// What an answer took, as the provider counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Usage {
    /// Tokens that were read.
    #[serde(rename = "prompt_tokens", default)]
    pub input: u64,
    /// Tokens that were written.
    #[serde(rename = "completion_tokens", default)]
    pub output: u64,
}

#[derive(Serialize)]
struct WireFunction<'a> {
    name: &'a str,
    arguments: &'a str,
}

/// The body of a request.
pub(super) fn request(
    (model, bound): (&str, Bound),
    prompt: &str,
    messages: &[Message],
    tools: &Toolbox,
) -> Value {
    let system = json!({ "role": "system", "content": prompt });
    let said = messages.iter().map(|message| match message {
        Message::Person(text) => json!({ "role": "user", "content": text }),
        Message::Assistant { text, calls } if calls.is_empty() => {
            json!({ "role": "assistant", "content": text })
        }
        Message::Assistant { text, calls } => {
            let calls: Vec<_> = calls.iter().map(of_call).collect();
            json!({ "role": "assistant", "content": text, "tool_calls": calls })
        }
        Message::Tool { call_id, result } => {
            json!({ "role": "tool", "tool_call_id": call_id, "content": result })
        }
    });
    let messages: Vec<Value> = std::iter::once(system).chain(said).collect();
    let tools: Vec<Value> = tools
        .iter()
        .map(|tool| {
            let (name, description) = (&tool.name, &tool.description);
            let parameters = &tool.parameters;
            let function =
                json!({ "name": name, "description": description, "parameters": parameters });
            json!({ "type": "function", "function": function })
        })
        .collect();
    json!({ "model": model, "messages": messages, "tools": tools, bound.name(): MAX_TOKENS })
}

fn of_call(call: &Call) -> Value {
    let function = WireFunction { name: &call.tool, arguments: call.arguments.get() };
    json!({ "id": call.id, "type": "function", "function": function })
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    message: Said,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    content: Option<Content>,
    #[serde(default)]
    refusal: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<Called>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct Called {
    #[serde(default)]
    id: Option<String>,
    function: Function,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    /// A text that holds JSON; some servers send the JSON itself.
    #[serde(default)]
    arguments: Option<Box<RawValue>>,
}

/// A call as it came: its arguments are a text, and may be no JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) id: String,
    pub(super) tool: String,
    pub(super) arguments: String,
}

/// What a model said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spoken {
    pub(super) text: Option<String>,
    pub(super) calls: Vec<Wanted>,
    pub(super) is_cut: bool,
    pub(super) usage: Usage,
}

/// Reads an answer; what is wrong with it is the error, and quotes nothing of it.
pub(super) fn read(body: &[u8]) -> Result<Spoken, String> {
    let Completion { choices, usage } = serde_json::from_slice(body)
        .map_err(|error| format!("it is no chat completion ({})", kind_of(&error)))?;
    let Some(Choice { message, finish_reason }) = choices.into_iter().next() else {
        return Err("it has no choice".to_owned());
    };
    let text = match message.content {
        Some(Content::Text(text)) => Some(text),
        Some(Content::Parts(parts)) => Some(parts.into_iter().map(|part| part.text).collect()),
        None => message.refusal,
    };
    let text = text.filter(|text| !text.trim().is_empty());
    let called = message.tool_calls.unwrap_or_default();
    if called.len() > MAX_CALLS {
        return Err(format!("it calls more than {MAX_CALLS} tools at a time"));
    }
    let mut calls: Vec<Wanted> = Vec::new();
    for (at, Called { id, function: Function { name, arguments } }) in
        called.into_iter().enumerate()
    {
        let raw = arguments.as_ref().map_or("{}", |raw| raw.get());
        let arguments = serde_json::from_str::<String>(raw).unwrap_or_else(|_| raw.to_owned());
        let arguments = if arguments.trim().is_empty() { "{}".to_owned() } else { arguments };
        // Some servers give no ids, or the same to each call.
        let id = id.filter(|id| {
            (1..=200).contains(&id.len()) && calls.iter().all(|before| before.id != *id)
        });
        let id = id.unwrap_or_else(|| format!("call_{at}"));
        calls.push(Wanted { id, tool: name, arguments });
    }
    let is_cut = finish_reason.as_deref() == Some("length");
    if text.is_none() && calls.is_empty() {
        let why = if is_cut { "it ends before it says anything" } else { "it says nothing" };
        return Err(why.to_owned());
    }
    Ok(Spoken { text, calls, is_cut, usage: usage.unwrap_or_default() })
}

/// What a provider says of a request that it refuses.
pub(super) fn refusal(body: &[u8]) -> Option<String> {
    let told: Value = serde_json::from_slice(body).ok()?;
    let text = ["/error/message", "/error", "/message", "/detail"]
        .iter()
        .find_map(|place| told.pointer(place)?.as_str());
    text.map(|text| text.chars().take(300).collect())
}

#[derive(Deserialize)]
struct Models {
    data: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    id: String,
}

/// The names of a list of models.
pub(super) fn models(body: &[u8]) -> Result<Vec<String>, String> {
    let Models { data } = serde_json::from_slice(body)
        .map_err(|error| format!("it is no list of models ({})", kind_of(&error)))?;
    Ok(data.into_iter().map(|model| model.id).collect())
}

/// What is wrong with JSON, without quoting it.
fn kind_of(error: &serde_json::Error) -> &'static str {
    if error.is_data() { "its fields are others" } else { "it is no whole JSON" }
}
