//! One connector type, as its definition describes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A definition: what credentials a provider takes, where they go, and how they are tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Kind {
    /// What a connector names in its `type`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What people call the provider.
    pub name: String,
    /// Where it is listed.
    pub category: String,
    /// What it is good for, in a sentence.
    pub description: String,
    /// How one is known to the provider.
    pub auth: Auth,
    /// Where the credentials stand in a request.
    pub place: Place,
    /// Headers that every request carries unless its author sets them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The hosts that the credentials may go to: `api.example.com`, `*.example.com`, or with fields
    /// of the data as `{shop}.example.com`.
    pub hosts: Vec<String>,
    /// The JSON Schema of the data; fields with `writeOnly` are secrets.
    pub data: Value,
    /// How access is granted, where it is by OAuth 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth: Option<OAuth>,
    /// How credentials are tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<Probe>,
    /// The provider's own documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation: Option<String>,
    /// How to get the credentials, in Markdown.
    pub guide: String,
}

/// How one is known to a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// By a key.
    ApiKey,
    /// By a bearer token.
    Bearer,
    /// By user name and password.
    Basic,
    /// By a header of the provider's own.
    Header,
    /// By tokens that somebody has granted.
    Oauth2,
    /// By the token of a bot.
    BotToken,
    /// By what it signs with: the provider calls us.
    SigningSecret,
}

/// Where credentials stand in a request. The texts hold fields of the data as `{field}`, and
/// `{accessToken}` where access was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "snake_case", deny_unknown_fields)]
pub enum Place {
    /// In a header.
    Header {
        /// Its name.
        name: String,
        /// What it says.
        value: String,
    },
    /// In a parameter of the query.
    Query {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// In `Authorization: Basic`.
    Basic {
        /// The user name.
        username: String,
        /// The password.
        password: String,
    },
    /// Before the path.
    PathPrefix {
        /// What is put there.
        value: String,
    },
    /// Behind the path.
    PathSuffix {
        /// What is put there.
        value: String,
    },
    /// In none: they verify what comes in.
    Nowhere,
}

/// How access is granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OAuth {
    /// Where people grant it.
    pub authorization_url: String,
    /// Where a grant is exchanged for tokens.
    pub token_url: String,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// What the provider wants to be told besides.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

/// How credentials are tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Probe {
    /// The method.
    pub method: String,
    /// The URL, without credentials.
    pub url: String,
    /// The statuses that mean that they are good; all below 400 when empty.
    pub expect: Vec<u16>,
    /// What has to stand in the answer, by JSON pointer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub expect_json: BTreeMap<String, Value>,
    /// A JSON body to send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

impl Kind {
    /// Whether a field of the data is a secret.
    pub fn is_secret(&self, field: &str) -> bool {
        self.data["properties"][field]["writeOnly"] == true
    }

    /// The fields of the data that are secrets.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let fields = self.data["properties"].as_object().into_iter().flatten();
        fields.map(|(name, _)| name.as_str()).filter(|name| self.is_secret(name))
    }
}

impl Auth {
    /// In words, for a table.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ApiKey => "API key",
            Self::Bearer => "bearer token",
            Self::Basic => "user name and password",
            Self::Header => "header",
            Self::Oauth2 => "OAuth 2",
            Self::BotToken => "bot token",
            Self::SigningSecret => "signing secret",
        }
    }
}
