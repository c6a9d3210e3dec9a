//! Asks a provider, and holds what it says against the tools.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::conversation::{Call, Conversation, Message};
use super::prompt::{Scene, prompt};
use super::tools::{Does, Toolbox};
use super::wire::{self, Bound, Spoken, Usage, Wanted};
use super::{Config, Error};
use crate::connectors::{Credentials, Desk};
use crate::egress::{
    self, Egress, HeaderMap, HeaderValue, Method, Redirects, Request, Response, header, retry_after,
};
use crate::primitives::{Clock, ConnectorId, OrganizationId};

/// The type of the connectors that are asked.
pub const KIND: &str = "openai-compatible";
/// How many questions of a process are answered at a time: each holds a connection and some kilobytes.
const AT_ONCE: usize = 64;
/// How many bytes of an answer are read: more than [`wire::MAX_TOKENS`] come to.
const MAX_ANSWER: usize = 512 * 1024;
/// How often a model is told that its calls cannot be carried out, before nothing is made of them.
const MENDINGS: u32 = 2;
/// How many faults of a call a model is told.
const MAX_FAULTS: usize = 10;
/// How long a list of models may take to come.
const LIST_TIME: Duration = Duration::from_secs(10);
/// How many models are listed.
const MAX_MODELS: usize = 500;
/// The longest wait of a provider that is passed on.
const MAX_WAIT: Duration = Duration::from_hours(1);

/// Who asks models. Cheap to clone.
#[derive(Clone)]
pub struct Assistant {
    connectors: Desk,
    egress: Egress,
    clock: Arc<dyn Clock>,
    patience: Option<Duration>,
    places: Arc<Semaphore>,
}

/// Who is asked: an opened connector, for as long as a question takes.
#[derive(Debug)]
pub struct Provider {
    credentials: Credentials,
}

/// For whom, when and how an answer is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The tools that the person may use.
    pub tools: &'a Toolbox,
    /// What their clock shows, where it was told.
    pub local: Option<time::OffsetDateTime>,
    /// What keeps JSON from being taken where calls are carried out: a number that would lose digits, say.
    pub fault: fn(&str) -> Option<String>,
}

/// What a model answered.
#[derive(Debug)]
pub struct Answer {
    /// In words, where there were any.
    pub text: Option<String>,
    /// What it wants done; each fits the schema of its tool.
    pub calls: Vec<(Call, Does)>,
    /// Whether it ends where the bound of tokens was reached.
    pub is_cut: bool,
    /// What it took, mendings included.
    pub usage: Usage,
}

impl Assistant {
    /// An assistant that asks by these connectors, through this door.
    pub fn new(config: &Config, connectors: Desk, egress: Egress, clock: Arc<dyn Clock>) -> Self {
        let patience = config.patience();
        Self { connectors, egress, clock, patience, places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Whether anything is answered here.
    pub fn is_on(&self) -> Result<(), Error> {
        self.patience.map(drop).ok_or(Error::Off)
    }

    /// Opens a connector that may be used.
    pub async fn provider(
        &self,
        organization: OrganizationId,
        id: ConnectorId,
    ) -> Result<Provider, Error> {
        let credentials = self.connectors.open(organization, id).await?;
        if credentials.kind.kind != KIND {
            return Err(Error::Connector(crate::connectors::Error::OtherKind {
                id,
                actual: credentials.kind.kind.clone(),
                wanted: KIND.to_owned(),
            }));
        }
        Ok(Provider { credentials })
    }

    /// The models that a provider offers.
    pub async fn models(&self, provider: &Provider) -> Result<Vec<String>, Error> {
        let response = self.send(provider, Method::GET, "models", None, LIST_TIME).await?;
        if !response.status.is_success() {
            return Err(self.refused(provider, &response));
        }
        let mut models = wire::models(&response.body).map_err(Error::Garbled)?;
        models.sort_unstable();
        models.truncate(MAX_MODELS);
        Ok(models)
    }

    /// The model that is asked: the one that is named, else that of the connector, else the only one that there is.
    pub async fn model(&self, provider: &Provider, named: Option<String>) -> Result<String, Error> {
        if let Some(model) = named.or_else(|| provider.preferred().map(str::to_owned)) {
            return Ok(model);
        }
        let mut offered = self.models(provider).await?;
        match offered.pop() {
            Some(only) if offered.is_empty() => Ok(only),
            last => {
                offered.extend(last);
                Err(Error::NoModel(offered))
            }
        }
    }

    /// What a model says to a conversation. Calls that do not fit their tools are told back to it; what is returned
    /// can be carried out.
    pub async fn reply(
        &self,
        (provider, model): (&Provider, &str),
        conversation: Conversation,
        Frame { tools, local, fault }: Frame<'_>,
    ) -> Result<Answer, Error> {
        let patience = self.patience.ok_or(Error::Off)?;
        let _place = self.places.try_acquire().map_err(|_| Error::Busy)?;
        let scene = Scene { now: self.clock.now(), local };
        let prompt = prompt(&scene);
        let asked = Asked { provider, model, tools, prompt, patience, fault };
        let mended = timeout(patience, self.mended(&asked, conversation)).await;
        mended.unwrap_or(Err(Error::Slow(patience)))
    }

    async fn mended(
        &self,
        asked: &Asked<'_>,
        mut conversation: Conversation,
    ) -> Result<Answer, Error> {
        let mut usage = Usage::default();
        let mut left = MENDINGS;
        loop {
            let Spoken { text, calls, is_cut, usage: took } =
                self.ask(asked, conversation.messages()).await?;
            usage = Usage { input: usage.input + took.input, output: usage.output + took.output };
            let judged: Vec<_> = calls.iter().map(|call| judge(call, asked)).collect();
            if judged.iter().all(Result::is_ok) {
                let mask = asked.provider.credentials.mask();
                let text = text.map(|text| mask.text(&text).into_owned());
                let calls = judged.into_iter().flatten().collect();
                return Ok(Answer { text, calls, is_cut, usage });
            }
            if left == 0 {
                let fault = judged.into_iter().find_map(Result::err).unwrap_or_default();
                return Err(Error::Garbled(format!("it calls a tool wrongly again: {fault}")));
            }
            left -= 1;
            conversation.go_on(told_back(text, &calls, &judged));
        }
    }

    /// One request, or two where the provider knows the bound of tokens by its old name only.
    async fn ask(&self, asked: &Asked<'_>, messages: &[Message]) -> Result<Spoken, Error> {
        let Asked { provider, model, tools, prompt, patience, .. } = asked;
        for bound in [Bound::Today, Bound::Before] {
            let body = wire::request((model, bound), prompt, messages, tools);
            let response = self
                .send(provider, Method::POST, "chat/completions", Some(&body), *patience)
                .await?;
            if response.status.is_success() {
                return wire::read(&response.body).map_err(Error::Garbled);
            }
            let names = |bound: Bound| {
                let body = String::from_utf8_lossy(&response.body);
                matches!(response.status.as_u16(), 400 | 422) && body.contains(bound.name())
            };
            if bound == Bound::Before || !names(bound) {
                return Err(self.refused(provider, &response));
            }
        }
        Err(Error::Garbled("it refuses to be bounded".to_owned()))
    }

    async fn send(
        &self,
        provider: &Provider,
        method: Method,
        path: &str,
        body: Option<&Value>,
        timeout: Duration,
    ) -> Result<Response, Error> {
        let url = provider.credentials.filled(&format!("{{origin}}/v1/{path}"))?;
        let mut headers = HeaderMap::new();
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::ACCEPT, json.clone());
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, json);
        }
        let mut request = Request {
            method,
            url: url.to_string(),
            headers,
            body: body.map(Value::to_string).unwrap_or_default().into(),
            timeout,
            max_response_bytes: MAX_ANSWER,
            redirects: Redirects::Return,
        };
        provider.credentials.put_into(&mut request)?;
        self.egress.send(request).await.map_err(|error| {
            if let egress::Error::TooLarge { limit, .. } = error {
                Error::Garbled(format!("it is larger than {limit} bytes"))
            } else if let egress::Error::Timeout { after, .. } = error {
                Error::Slow(after)
            } else {
                Error::Away(Box::new(error))
            }
        })
    }

    /// What an answer says that is none. Of its text only what is no secret is told.
    fn refused(&self, provider: &Provider, response: &Response) -> Error {
        match response.status.as_u16() {
            status @ (401 | 403) => Error::Credentials(status),
            429 => Error::Exhausted(retry_after(&response.headers, self.clock.now(), MAX_WAIT)),
            status @ 500.. => Error::Faulty(status),
            status => {
                let mask = provider.credentials.mask();
                let said = wire::refusal(&response.body);
                Error::Refused { status, said: said.map(|text| mask.text(&text).into_owned()) }
            }
        }
    }
}

/// What stays the same while a model mends its calls.
struct Asked<'a> {
    provider: &'a Provider,
    model: &'a str,
    tools: &'a Toolbox,
    prompt: String,
    patience: Duration,
    fault: fn(&str) -> Option<String>,
}

impl Provider {
    /// The connector that is asked by.
    pub const fn connector(&self) -> ConnectorId {
        self.credentials.id
    }

    /// The model that the connector names.
    pub fn preferred(&self) -> Option<&str> {
        self.credentials.setting("model").filter(|model| !model.is_empty())
    }
}

/// A call that can be carried out, or what is wrong with it.
fn judge(wanted: &Wanted, asked: &Asked<'_>) -> Result<(Call, Does), String> {
    let Wanted { id, tool: name, arguments } = wanted;
    let tool = asked.tools.get(name).ok_or("there is no tool of this name")?;
    let read: Value = serde_json::from_str(arguments)
        .map_err(|error| format!("the arguments of `{name}` are no JSON: {error}"))?;
    if let Some(fault) = (asked.fault)(arguments) {
        return Err(format!("the arguments of `{name}` cannot be taken: {fault}"));
    }
    let faults = tool.problems(&read);
    if !faults.is_empty() {
        let told: Vec<_> = faults
            .iter()
            .take(MAX_FAULTS)
            .map(|fault| format!("`{}` {}", fault.path, fault.message))
            .collect();
        return Err(format!("the arguments of `{name}` do not fit: {}", told.join("; ")));
    }
    let arguments = RawValue::from_string(arguments.trim().to_owned())
        .map_err(|error| format!("the arguments of `{name}` are no JSON: {error}"))?;
    Ok((Call { id: id.clone(), tool: name.clone(), arguments }, tool.does))
}

/// What a model said that cannot be carried out, and what it is told to that.
fn told_back(
    text: Option<String>,
    calls: &[Wanted],
    judged: &[Result<(Call, Does), String>],
) -> Vec<Message> {
    let as_said = |wanted: &Wanted| Call {
        id: wanted.id.clone(),
        tool: wanted.tool.clone(),
        // What is no JSON is not sent on: some servers refuse a history that holds such.
        arguments: RawValue::from_string(wanted.arguments.trim().to_owned())
            .unwrap_or_else(|_| RawValue::from_string("{}".to_owned()).expect("an object is JSON")),
    };
    let said = Message::Assistant { text, calls: calls.iter().map(as_said).collect() };
    let told = calls.iter().zip(judged).map(|(call, judged)| Message::Tool {
        call_id: call.id.clone(),
        result: match judged {
            Err(fault) => format!("error: {fault}. Mend the call, and call again."),
            Ok(_) => "error: not carried out, since another call of the same message cannot be. \
                      Call again."
                .to_owned(),
        },
    });
    std::iter::once(said).chain(told).collect()
}
