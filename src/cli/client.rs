//! Talks to a running Chainkeel for the commands that need one.

use std::fmt::Write as _;
use std::path::Path;

use bytes::Bytes;
use clap::Args;
use futures::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use serde_json::Value;

use super::session_file;
use crate::egress::{Api, HeaderMap, HeaderName, HeaderValue, Method};

/// Which server to ask, and how to answer.
#[derive(Debug, Clone, Args)]
pub(super) struct Server {
    /// The server's address.
    #[arg(long, env = "CHAINKEEL_URL", default_value = "http://127.0.0.1:7717", global = true)]
    pub(super) url: String,
    /// The key to show it; `make dev` prints one at its first start.
    #[arg(long, env = "CHAINKEEL_API_KEY", hide_env_values = true, global = true)]
    pub(super) api_key: Option<String>,
    /// The organization to act in, where the key opens several.
    #[arg(long, value_name = "ID", global = true)]
    pub(super) organization: Option<String>,
    /// Print JSON for programs instead of text for people.
    #[arg(long, global = true)]
    pub(super) json: bool,
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// There is no answer.
    #[error("no answer from {url}: is Chainkeel running there? `make dev` starts it")]
    Unreachable {
        /// Which server.
        url: String,
        /// Why not.
        #[source]
        source: Box<crate::egress::Error>,
    },
    /// Something answers that is another server.
    #[error("{url} answers, and not as Chainkeel does: is this its address?")]
    Stranger {
        /// Which server.
        url: String,
    },
    /// The server refuses.
    #[error("{text}")]
    Refused {
        /// The problem document.
        problem: Value,
        /// The problem in words, a line each detail.
        text: String,
    },
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    File {
        /// Which one.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A text that should be JSON is not.
    #[error("{what} is not JSON: {source}")]
    NotJson {
        /// What it is.
        what: String,
        /// Where it stops being JSON.
        source: serde_json::Error,
    },
    /// What was asked for did not come out well; the message says what.
    #[error("{0}")]
    Outcome(String),
}

/// A server to talk to.
#[derive(Clone)]
pub(super) struct Client {
    api: Api,
    /// Whether answers are for programs.
    pub(super) json: bool,
}

impl Client {
    /// A client of this server, with the key that was given, or else with the session of whoever
    /// is logged in there.
    pub(super) async fn open(server: &Server) -> Result<Self, Error> {
        if server.api_key.is_some() {
            return Self::new(server, server.api_key.as_deref());
        }
        let session = session_file::current(server).await?;
        Self::new(server, session.as_deref())
    }

    /// A client of this server that shows this key or token, or none.
    pub(super) fn new(server: &Server, key: Option<&str>) -> Result<Self, Error> {
        let api = Api::new(&server.url, key)
            .and_then(|api| api.within(server.organization.as_deref()))
            .map_err(|source| unreachable(&server.url, source))?;
        Ok(Self { api, json: server.json })
    }

    /// Reads `path` and gives the `data` of the answer.
    pub(super) async fn get(&self, path: &str) -> Result<Value, Error> {
        self.call(Method::GET, path, None).await
    }

    /// Posts to `path` and gives the `data` of the answer.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, Error> {
        self.call(Method::POST, path, Some(body)).await
    }

    /// The same, carried out once however often it is sent with this key.
    pub(super) async fn post_once(
        &self,
        path: &str,
        body: &Value,
        key: Option<&str>,
    ) -> Result<Value, Error> {
        let mut headers = HeaderMap::new();
        if let Some(key) = key {
            let value = HeaderValue::from_str(key).map_err(|_| {
                Error::Outcome(
                    "the idempotency key has characters that a header cannot hold".to_owned(),
                )
            })?;
            headers.insert(HeaderName::from_static("idempotency-key"), value);
        }
        self.send(Method::POST, path, headers, Some(body)).await
    }

    /// Deletes `path` and gives the `data` of the answer.
    pub(super) async fn delete(&self, path: &str) -> Result<Value, Error> {
        self.call(Method::DELETE, path, None).await
    }

    /// Puts to `path` and gives the `data` of the answer.
    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<Value, Error> {
        self.call(Method::PUT, path, Some(body)).await
    }

    /// Patches what is at `path` and gives the `data` of the answer.
    pub(super) async fn patch(&self, path: &str, body: &Value) -> Result<Value, Error> {
        self.call(Method::PATCH, path, Some(body)).await
    }

    /// What the server sends at `path`, part by part as it comes; its refusal is an error.
    pub(super) async fn download(
        &self,
        path: &str,
    ) -> Result<BoxStream<'_, Result<Bytes, Error>>, Error> {
        let lost = |source| unreachable(self.api.base().as_str(), source);
        let (status, parts) = self.api.download(path).await.map_err(lost)?;
        let mut parts = parts.map_err(lost).boxed();
        if status.is_success() {
            return Ok(parts);
        }
        let mut refusal = Vec::new();
        while let Some(part) = parts.try_next().await? {
            refusal.extend_from_slice(&part);
        }
        Err(refused(serde_json::from_slice(&refusal).unwrap_or_default()))
    }

    /// The streams of the server, for those who watch.
    pub(super) const fn streams(&self) -> &Api {
        &self.api
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Error> {
        self.send(method, path, HeaderMap::new(), body).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Option<&Value>,
    ) -> Result<Value, Error> {
        let answer = self.api.call(method, path, headers, body).await;
        let answer = answer.map_err(|source| unreachable(self.api.base().as_str(), source))?;
        let mut body = answer.body;
        if !answer.status.is_success() {
            return Err(refused(body));
        }
        if answer.status.as_u16() == 204 {
            return Ok(Value::Null);
        }
        let data = body.get_mut("data").map(Value::take);
        data.ok_or_else(|| Error::Stranger { url: self.api.base().to_string() })
    }
}

/// A refusal by its problem document, in words.
pub(super) fn refused(problem: Value) -> Error {
    let word = |value: &Value, key: &str| {
        value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let mut text = word(&problem, "message");
    if text.is_empty() {
        text.push_str("the server refused without saying why");
    }
    for detail in problem.get("details").and_then(Value::as_array).into_iter().flatten() {
        let (path, message) = (word(detail, "path"), word(detail, "message"));
        // The message of a problem with one fault says that fault already.
        if !message.is_empty() && text.contains(&message) {
            continue;
        }
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  {path}: {message}");
    }
    Error::Refused { problem, text }
}

pub(super) fn unreachable(url: &str, source: crate::egress::Error) -> Error {
    Error::Unreachable { url: url.to_owned(), source: Box::new(source) }
}

/// Reads a JSON file; `-` is standard input.
pub(super) fn read_json(path: &Path) -> Result<Value, Error> {
    let shown = path.display().to_string();
    let text = if shown == "-" {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(path)
    };
    let text = text.map_err(|source| Error::File { path: shown.clone(), source })?;
    serde_json::from_str(&text).map_err(|source| Error::NotJson { what: shown, source })
}

/// What follows a path: a question mark and what is wanted, by name; nothing where nothing is.
pub(super) fn query<const N: usize>(wanted: [(&str, Option<String>); N]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in wanted {
        if let Some(value) = value {
            query.append_pair(name, &value);
        }
    }
    let query = query.finish();
    if query.is_empty() { query } else { format!("?{query}") }
}
