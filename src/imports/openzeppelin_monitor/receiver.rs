//! Triggers, which are told when a monitor matches: requests of a workflow.

use serde_json::{Map, Value, json};

use super::import::Notes;
use super::message::translated;
use super::monitor::Scene;

/// Who is told, and how.
#[derive(Debug, Clone)]
pub(super) struct Receiver {
    title: String,
    body: String,
    channel: Channel,
}

#[derive(Debug, Clone)]
enum Channel {
    Slack { url: String },
    Discord { url: String },
    Webhook { url: String, method: String, headers: Map<String, Value> },
    Telegram { chat: String, preview: bool },
}

/// A value of a configuration that stands in it.
///
/// # Errors
/// Where it stands instead.
pub(super) fn plain(value: &Value) -> Result<&str, String> {
    if let Some(text) = value.as_str() {
        return Ok(text);
    }
    let kind = value["type"].as_str().unwrap_or_default();
    let text = value["value"].as_str().unwrap_or_default();
    match kind.to_ascii_lowercase().as_str() {
        "plain" => Ok(text),
        "" => Err("it has no value".to_owned()),
        _ => Err(format!("its value is not in the file, but in {kind} {text}")),
    }
}

/// Where a value has to be filled in that is not in the file.
const MISSING: &str = "https://example.invalid/fill-in";

impl Receiver {
    pub(super) fn read(name: &str, trigger: &Value, notes: &mut Notes<'_>) -> Option<Self> {
        let at = crate::primitives::pointer::below("", name);
        let config = &trigger["config"];
        let mut url = |field: &str| match plain(&config[field]) {
            Ok(url) => {
                let message = "the URL is a secret: it stands in the definition now, which everybody \
                               sees who may read the workflow. A connector keeps secrets";
                notes.left(format!("{at}/config/{field}"), message);
                url.to_owned()
            }
            Err(why) => {
                let message = format!("{why}: put the URL in the place of {MISSING}");
                notes.left(format!("{at}/config/{field}"), message);
                MISSING.to_owned()
            }
        };
        let kind = trigger["trigger_type"].as_str().unwrap_or_default().to_ascii_lowercase();
        let channel = match kind.as_str() {
            "slack" => Channel::Slack { url: url("slack_url") },
            "discord" => Channel::Discord { url: url("discord_url") },
            "webhook" => {
                let url = url("url");
                if !config["secret"].is_null() {
                    let message = "requests are not signed with the secret: the receiver has to \
                                   know them otherwise, as by a header that a connector adds";
                    notes.left(format!("{at}/config/secret"), message);
                }
                Channel::Webhook {
                    url,
                    method: config["method"].as_str().unwrap_or("POST").to_ascii_uppercase(),
                    headers: config["headers"].as_object().cloned().unwrap_or_default(),
                }
            }
            "telegram" => {
                let message = "the bot's token is not carried over: make a connector `telegram` of \
                               it, and choose it in the node";
                notes.left(format!("{at}/config/token"), message);
                Channel::Telegram {
                    chat: config["chat_id"]
                        .as_str()
                        .map_or_else(|| config["chat_id"].to_string(), str::to_owned),
                    preview: config["disable_web_preview"] != true,
                }
            }
            "email" | "script" => {
                let cure = if kind == "email" {
                    "send it by a request with a connector such as `sendgrid`"
                } else {
                    "write what it does as nodes, as `code-transform`"
                };
                let message = format!("a trigger of the type {kind} is not carried over: {cure}");
                notes.left(at, message);
                return None;
            }
            _ => {
                notes.left(at, format!("there is no type of triggers `{kind}`"));
                return None;
            }
        };
        let text = |field: &str| config["message"][field].as_str().unwrap_or_default().to_owned();
        Some(Self { title: text("title"), body: text("body"), channel })
    }

    /// The node that tells it.
    pub(super) fn node(&self, scene: &Scene<'_>, unknown: &mut Vec<String>) -> Value {
        let title = translated(&self.title, scene, unknown);
        let body = translated(&self.body, scene, unknown);
        let post = |url: &str, body: Value| {
            json!({
                "type": "http-request",
                "payload": {"method": "POST", "url": url, "body": body, "timeoutMs": 10_000},
            })
        };
        match &self.channel {
            Channel::Slack { url } => post(url, json!({ "text": format!("*{title}*\n\n{body}") })),
            Channel::Discord { url } => {
                post(url, json!({ "content": format!("**{title}**\n\n{body}") }))
            }
            Channel::Webhook { url, method, headers } => {
                let mut node = post(url, json!({ "title": title, "body": body }));
                node["payload"]["method"] = method.clone().into();
                let headers: Map<_, _> = headers
                    .iter()
                    .filter(|(_, value)| value.is_string())
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
                if !headers.is_empty() {
                    node["payload"]["headers"] = headers.into();
                }
                node
            }
            Channel::Telegram { chat, preview } => {
                let said = json!({
                    "chat_id": chat,
                    "text": format!("{title}\n\n{body}"),
                    "disable_web_page_preview": !preview,
                });
                let mut node = post("https://api.telegram.org/sendMessage", said);
                node["connector"] = json!({ "type": "telegram" });
                node
            }
        }
    }
}
