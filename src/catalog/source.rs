//! Where triggers come from that are a file: what is asked or received, and what of it starts a run.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Stream;
use super::spec::{Category, Example, OperationType, Role, Spec};

/// The definitions. A new source is a new file and its line here.
const DEFINITIONS: [&str; 17] = [
    include_str!("../../catalog/sources/coinbase-payment-received.json"),
    include_str!("../../catalog/sources/farcaster-new-cast.json"),
    include_str!("../../catalog/sources/gmail-new-email-matching-search.json"),
    include_str!("../../catalog/sources/gmail-new-email-received.json"),
    include_str!("../../catalog/sources/polymarket-market-close.json"),
    include_str!("../../catalog/sources/polymarket-market-trade.json"),
    include_str!("../../catalog/sources/polymarket-new-market.json"),
    include_str!("../../catalog/sources/polymarket-user-bet.json"),
    include_str!("../../catalog/sources/rss-new-item.json"),
    include_str!("../../catalog/sources/shopify-order-created.json"),
    include_str!("../../catalog/sources/slack-mentions.json"),
    include_str!("../../catalog/sources/slack-new-interaction-event.json"),
    include_str!("../../catalog/sources/slack-new-message-in-channels.json"),
    include_str!("../../catalog/sources/solana-transaction.json"),
    include_str!("../../catalog/sources/stripe-payment-receive.json"),
    include_str!("../../catalog/sources/telegram-channel.json"),
    include_str!("../../catalog/sources/x-new-tweet.json"),
];

static BUILTIN: LazyLock<BTreeMap<String, Source>> = LazyLock::new(|| {
    let read = |text: &str| -> Source {
        serde_json::from_str(text)
            .expect("embedded sources have the form of a Source: a test reads them all")
    };
    DEFINITIONS.map(read).into_iter().map(|source| (source.kind.clone(), source)).collect()
});

/// A source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Source {
    /// What a node names in its `type`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What people call it.
    pub name: String,
    /// What it does, in a sentence or two.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The type of the connector that it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector: Option<String>,
    /// How it is heard of.
    pub by: By,
    /// What of it counts: a place, and the texts of which one must stand there. A place is a JSON
    /// pointer, or `header:<name>` of a delivery; `{setting}` is a setting of the trigger, and a
    /// setting that is absent asks for nothing.
    #[serde(default, rename = "where", skip_serializing_if = "BTreeMap::is_empty")]
    pub wanted: BTreeMap<String, Vec<String>>,
    /// The fields that a run is told, by their places in the item, which itself is `raw`. Without
    /// any, it is told the item.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// The JSON Schema of the trigger's settings.
    pub payload_schema: Value,
    /// The JSON Schema of what a run is told.
    pub result_schema: Value,
    /// An example that was recorded, which a test plays.
    pub example: Recorded,
}

/// How a source is heard of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum By {
    /// It sends to the workflow's URL.
    Webhook(Sent),
    /// It is asked now and then.
    Poll(Box<Asked>),
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sent {
    /// How it is signed, as a `webhook` trigger says it.
    pub signature: Value,
    /// The field of a form that holds the JSON, where a form is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form_field: Option<String>,
    /// Where the item is in what is sent.
    #[serde(default)]
    pub item: String,
}

/// What is asked, and how the answer is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Asked {
    /// The URL, with settings as `{setting}` and the cursor as `{cursor}` (or `{cursor+1}`).
    pub url: String,
    /// What is sent, where it is asked by POST: JSON whose texts hold settings, `{cursor}` and
    /// `{page}`. A field whose text needs what there is not is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// How the answer is written.
    #[serde(default)]
    pub format: Format,
    /// What must stand in an answer that is none of an error; null for what must not.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub expect: BTreeMap<String, Value>,
    /// Where the items are; `*` stands for every element.
    pub items: String,
    /// Where an item has its id; several places, with spaces between them, where it takes all of
    /// them to tell items apart.
    pub id: String,
    /// How it is known which items are new.
    pub cursor: Newness,
    /// How the rest of an answer is asked for, where it comes in pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<Pages>,
    /// How often it is asked, in seconds.
    pub interval_seconds: u32,
    /// What makes it quick.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<Stream>,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// JSON.
    #[default]
    Json,
    /// RSS or Atom, read as `{"items": [{id, title, link, text, author, published}]}`.
    Feed,
}

/// How it is known which items are new. What is there when a source is asked first is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Newness {
    /// Those that the answer before did not have.
    Seen,
    /// Those whose number at this place is above the highest so far; it is the cursor.
    Newest {
        /// Where it stands in an item.
        path: String,
        /// The cursor of the first question: `now` (in seconds since 1970), or a number.
        start: String,
    },
    /// All of an answer, which says itself from where on to ask next.
    History {
        /// Where it says so.
        path: String,
        /// What is asked first.
        first: String,
    },
}

/// How the rest of an answer is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pages {
    /// Where an answer names its next page: the last of what stands there.
    pub path: String,
    /// The parameter of the URL that takes it; none where the body does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
}

/// An example that was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Recorded {
    /// Settings of the trigger.
    pub settings: Value,
    /// The headers of a delivery, beside its signature.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The delivery, or the answer.
    pub told: Value,
    /// The ids of the items in it that start runs.
    pub ids: Vec<String>,
    /// What the first of them is told.
    pub body: Value,
}

impl Source {
    /// The source of that name.
    pub fn named(kind: &str) -> Option<&'static Self> {
        BUILTIN.get(kind)
    }

    /// All of them, by name.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        BUILTIN.values()
    }

    /// The manifest of its trigger.
    pub(super) fn spec(&self) -> Spec {
        Spec {
            kind: self.kind.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            category: Category::Trigger,
            tags: self.tags.clone(),
            role: Role::Trigger,
            branches: Vec::new(),
            operation_type: OperationType::Read,
            payload_schema: self.payload_schema.clone(),
            result_schema: self.result_schema.clone(),
            example_usage: Example {
                payload: self.example.settings.clone(),
                body: Value::Null,
                result: json!({"body": self.example.body, "source": self.kind}),
            },
        }
    }
}
