//! Why there is no answer. No text here holds a secret.

use std::time::Duration;

use crate::{connectors, egress};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operator of the installation has turned the assistant off.
    #[error("the assistant is turned off on this installation")]
    Off,
    /// Nothing says which model is asked.
    #[error("nothing says which model is asked{}", offered(.0))]
    NoModel(Vec<String>),
    /// Others are being answered.
    #[error("as many questions are being answered as are taken at a time")]
    Busy,
    /// The provider did not answer.
    #[error("the provider did not answer: {0}")]
    Away(#[source] Box<egress::Error>),
    /// The answer took too long.
    #[error("the provider took longer than {} s", .0.as_secs())]
    Slow(Duration),
    /// The provider refuses the credentials.
    #[error("the provider refuses the credentials of the connector ({0}): replace them")]
    Credentials(u16),
    /// The provider has had too many requests, or there is no money left.
    #[error("the provider takes no more requests now (429): its limit or its budget is used up")]
    Exhausted(Option<Duration>),
    /// The provider refuses the request.
    #[error("the provider refuses the request ({status}){}", told(.said.as_ref()))]
    Refused {
        /// Its status.
        status: u16,
        /// What it says of it, without secrets.
        said: Option<String>,
    },
    /// The provider has a fault.
    #[error("the provider has a fault ({0})")]
    Faulty(u16),
    /// What came is no answer.
    #[error("the answer of the provider cannot be used: {0}")]
    Garbled(String),
    /// The connector.
    #[error(transparent)]
    Connector(#[from] connectors::Error),
    /// The credentials do not go along.
    #[error(transparent)]
    Withheld(#[from] connectors::Withheld),
}

/// What the models are called that there are, in an error.
fn offered(names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let shown: Vec<_> = names.iter().take(10).map(String::as_str).collect();
    format!(": the provider has {} of them ({}, …)", names.len(), shown.join(", "))
}

fn told(text: Option<&String>) -> String {
    text.map(|text| format!(": {text}")).unwrap_or_default()
}
