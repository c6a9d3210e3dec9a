use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::conversation::{self, CallRecord, Said};
use super::note::note;
use super::provider::provider;
use crate::access::Principal;
use crate::assistant::{self, Does, Frame, Toolbox};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, check_json};
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::ConnectorId;

/// How large a conversation is at most, in bytes: what models read of one still makes sense.
const MAX_CONVERSATION: usize = 512 * 1024;
/// How long the name of a model is at most, in characters.
const MAX_NAME: usize = 200;

/// What would keep arguments from being taken by a request of this API, whose bodies they become.
fn json_fault(text: &str) -> Option<String> {
    check_json(text).err().map(|problem| problem.document("").message)
}

/// A conversation that wants an answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = AskAssistant)]
pub struct Ask {
    /// All that was said so far, 200 messages at most. The last one is a person's or the result of a tool; each call
    /// has its result.
    messages: Vec<Said>,
    /// The connector by which the model is asked; the one that is found for whoever asks when absent.
    #[schema(value_type = Option<String>)]
    connector_id: Option<ConnectorId>,
    /// The model, by the provider's name for it; that of the connector when absent, or the only one that there is.
    model: Option<String>,
    /// What the person's clock shows, with its offset: the model is told, so that “today” is theirs.
    #[serde(default, with = "time::serde::rfc3339::option")]
    local_time: Option<OffsetDateTime>,
}

/// What the model said.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AssistantReply)]
pub struct Reply {
    /// In words (Markdown), where there were any. It is a model's text: show it as such.
    text: Option<String>,
    /// What it wants read or done. Nothing was carried out.
    calls: Vec<Wanted>,
    /// Whether the answer ends where it reached the bound of tokens.
    truncated: bool,
    /// The connector that was asked by.
    #[schema(value_type = String)]
    connector_id: ConnectorId,
    /// The model that was asked.
    model: String,
    /// Tokens that were read, as the provider counts; 0 where it does not say.
    input_tokens: u64,
    /// Tokens that were written.
    output_tokens: u64,
}

/// A call, and what would come of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssistantWanted)]
struct Wanted {
    /// The call.
    #[serde(flatten)]
    call: CallRecord,
    /// Whether it changes something: then a person has to agree before it is carried out.
    acts: bool,
}

/// Asks a language model what it says to a conversation, by a connector of the organization of the type
/// `openai-compatible`. The model does nothing: what it wants read or done are calls of tools in the answer, for whoever
/// asked to carry out by requests of their own, or not. Each request asks the provider anew, and costs what it asks for.
#[utoipa::path(
    post,
    operation_id = "ask_assistant",
    path = "/v1/assistant/replies",
    tag = "assistant",
    params(("Idempotency-Key" = Option<String>, Header, description = "Accepted, and without effect: each request asks anew")),
    request_body = Ask,
    responses(
        (status = 200, description = "What the model said", body = Envelope<Reply>),
        (status = 404, description = "No such connector", body = Document),
        (status = 409, description = "No provider is connected, nothing says which model is asked, or the assistant is off", body = Document),
        (status = 429, description = "More than 30 questions a minute, or too many at once", body = Document),
        (status = 502, description = "The provider gave no answer that can be used", body = Document),
    ),
)]
pub async fn reply(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<Ask, MAX_CONVERSATION>,
) -> Result<Answer<Reply>, Problem> {
    let Ask { messages, connector_id, model, local_time } = body.content;
    let conversation = conversation::read(messages)?;
    let is_name = |name: &String| (1..=MAX_NAME).contains(&name.chars().count());
    if !model.as_ref().is_none_or(is_name) {
        let message = "must have 1 to 200 characters";
        return Err(Problem::new(Code::InvalidBody).at("/model", message));
    }
    api.rates.ask(&who)?;
    let provider = provider(&api, &who, connector_id).await?;
    let model = api.assistant.model(&provider, model).await?;
    note(&api, &who, key, (provider.connector(), &model, conversation.len())).await?;
    let tools = Toolbox::of(who.permissions);
    let frame = Frame { tools: &tools, local: local_time, fault: json_fault };
    let answer = api.assistant.reply((&provider, &model), conversation, frame).await?;
    let assistant::Answer { text, calls, is_cut, usage } = answer;
    let calls = calls
        .into_iter()
        .map(|(call, does)| Wanted { call: CallRecord::of(call), acts: does == Does::Act });
    Ok(Answer::ok(Reply {
        text,
        calls: calls.collect(),
        truncated: is_cut,
        connector_id: provider.connector(),
        model,
        input_tokens: usage.input,
        output_tokens: usage.output,
    }))
}
