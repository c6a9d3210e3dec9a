//! What can go wrong on the way out, and what that says about the peer.

use std::time::Duration;

use super::Refusal;

/// Why there is no response.
///
/// The texts are for the author of a workflow. They name the host, never the path, the query
/// or a header of the request: those may hold credentials.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is no URL.
    #[error("the URL cannot be read: {source}")]
    Url {
        /// What is wrong with it.
        #[source]
        source: url::ParseError,
    },
    /// A method that is no request to the origin.
    #[error("the method {0} is not served")]
    Method(String),
    /// A header that the transport sets itself, or one that is too large to send.
    #[error("the header `{0}` cannot be set: it belongs to the transport")]
    Header(String),
    /// The destination is refused.
    #[error("the request is refused: {0}")]
    Refused(#[from] Refusal),
    /// The name was not resolved.
    #[error("looking up {host} failed: {problem}")]
    Lookup {
        /// The name.
        host: String,
        /// The resolver's last word.
        problem: String,
        /// What the transport says.
        #[source]
        source: reqwest::Error,
    },
    /// No connection came about; nothing was sent.
    #[error("connecting to {host} failed: {problem}")]
    Connect {
        /// The host.
        host: String,
        /// The last word of the network, or of TLS.
        problem: String,
        /// What the transport says.
        #[source]
        source: reqwest::Error,
    },
    /// The peer has no certificate that we trust; nothing was sent.
    #[error("connecting to {host}: its certificate is not trusted ({problem})")]
    Certificate {
        /// The host.
        host: String,
        /// What is wrong with the certificate.
        problem: String,
    },
    /// The time is up. What the peer received is not known.
    #[error("{host} did not answer within {} ms", after.as_millis())]
    Timeout {
        /// The host that was asked last.
        host: String,
        /// The time that was allowed.
        after: Duration,
    },
    /// The connection broke after the request may have been received.
    #[error("the connection to {host} broke before the response was complete: {problem}")]
    Interrupted {
        /// The host.
        host: String,
        /// The network's last word.
        problem: String,
        /// What the transport says.
        #[source]
        source: reqwest::Error,
    },
    /// The response is larger than the caller takes.
    #[error("the response of {host} is larger than {limit} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// The bound that was given.
        limit: usize,
    },
    /// More hops than are followed.
    #[error("{host} redirects further after {limit} hops")]
    TooManyRedirects {
        /// The host of the last hop.
        host: String,
        /// How many hops are followed.
        limit: usize,
    },
    /// A redirect that is not followed.
    #[error("{host} redirects where the request cannot follow: {problem}")]
    Redirect {
        /// The host that redirects.
        host: String,
        /// Why it is not followed.
        problem: &'static str,
    },
    /// The request was not one that could be sent.
    #[error("the request cannot be built")]
    Build {
        /// What the transport says.
        #[source]
        source: reqwest::Error,
    },
    /// The client itself could not be set up.
    #[error("setting up TLS for outbound requests: {0}")]
    Tls(#[from] rustls::Error),
    /// The answer of the Chainkeel server is not JSON.
    #[error("the answer of {host} is not JSON (status {status})")]
    NotJson {
        /// The host.
        host: String,
        /// The status of the answer.
        status: u16,
        /// The parser's word.
        #[source]
        source: serde_json::Error,
    },
}

impl Error {
    /// What it is, in a word for figures and traces.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Url { .. } => "url",
            Self::Method(_) => "method",
            Self::Header(_) => "header",
            Self::Refused(_) => "refused",
            Self::Lookup { .. } => "lookup",
            Self::Connect { .. } => "connect",
            Self::Certificate { .. } => "certificate",
            Self::Timeout { .. } => "timeout",
            Self::Interrupted { .. } => "interrupted",
            Self::TooLarge { .. } => "too_large",
            Self::TooManyRedirects { .. } => "too_many_redirects",
            Self::Redirect { .. } => "redirect",
            Self::Build { .. } => "build",
            Self::Tls(_) => "tls",
            Self::NotJson { .. } => "not_json",
        }
    }

    /// A stable word for the failure, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Url { .. } | Self::Method(_) | Self::Header(_) | Self::Build { .. } => {
                "invalid_request"
            }
            Self::Refused(_) => "egress_refused",
            Self::Lookup { .. } => "dns_failed",
            Self::Connect { .. } => "connection_failed",
            Self::Certificate { .. } | Self::Tls(_) => "tls_failed",
            Self::Timeout { .. } => "timeout",
            Self::Interrupted { .. } => "connection_lost",
            Self::TooLarge { .. } => "response_too_large",
            Self::TooManyRedirects { .. } => "too_many_redirects",
            Self::Redirect { .. } => "redirect_refused",
            Self::NotJson { .. } => "response_unreadable",
        }
    }

    /// Whether the same request may succeed a little later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Lookup { .. }
            | Self::Connect { .. }
            | Self::Timeout { .. }
            | Self::Interrupted { .. } => true,
            Self::Url { .. }
            | Self::Method(_)
            | Self::Header(_)
            | Self::Refused(_)
            | Self::Certificate { .. }
            | Self::TooLarge { .. }
            | Self::TooManyRedirects { .. }
            | Self::Redirect { .. }
            | Self::Build { .. }
            | Self::Tls(_)
            | Self::NotJson { .. } => false,
        }
    }

    /// Whether the peer may have received and performed the request although there is no
    /// answer, so that a repetition has to carry the same idempotency key.
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::Interrupted { .. } => true,
            Self::Url { .. }
            | Self::Method(_)
            | Self::Header(_)
            | Self::Refused(_)
            | Self::Lookup { .. }
            | Self::Connect { .. }
            | Self::Certificate { .. }
            | Self::TooLarge { .. }
            | Self::TooManyRedirects { .. }
            | Self::Redirect { .. }
            | Self::Build { .. }
            | Self::Tls(_)
            | Self::NotJson { .. } => false,
        }
    }
}
