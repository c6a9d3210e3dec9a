//! From what went wrong to the failure that the history keeps.

use std::error::Error as _;

use engine::{Failure, FailureCategory};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::response::text;
use crate::egress::{Error, HeaderMap, Response, header};
use crate::secrets::Mask;

/// How many characters of a refusing response's body are kept.
const MAX_EXCERPT: usize = 2_000;

/// The shortest header value that is looked for in an excerpt; a shorter one is no secret, and
/// would be found everywhere.
const MIN_SECRET: usize = 8;

/// The failure when there is no response. Its text names the host only.
pub(super) fn of(error: &Error) -> Failure {
    let cure = if matches!(error, Error::TooLarge { .. }) {
        ": ask for less, or let `maxResponseBytes` be more"
    } else if error.outcome_unknown() {
        "; whether the request was received is not known"
    } else {
        ""
    };
    if let Some(source) = error.source() {
        tracing::debug!(error = source as &dyn std::error::Error, "an http-request failed");
    }
    Failure {
        code: error.code().to_owned(),
        message: format!("{error}{cure}"),
        category: category(error),
        retryable: error.is_transient(),
        details: None,
    }
}

fn category(error: &Error) -> FailureCategory {
    match error {
        Error::Url { .. } | Error::Method(_) | Error::Header(_) | Error::Build { .. } => {
            FailureCategory::Validation
        }
        Error::Refused(_) => FailureCategory::Config,
        Error::Timeout { .. } => FailureCategory::Timeout,
        Error::Lookup { .. }
        | Error::Connect { .. }
        | Error::Certificate { .. }
        | Error::Interrupted { .. } => FailureCategory::Network,
        Error::TooLarge { .. }
        | Error::TooManyRedirects { .. }
        | Error::Redirect { .. }
        | Error::NotJson { .. } => FailureCategory::Service,
        Error::Tls(_) => FailureCategory::Internal,
    }
}

/// The failure when the response has a status that is none of success.
///
/// `sent` are the headers of the request: a server that echoes them must not bring them into
/// the history.
pub(super) fn of_status(response: &Response, sent: &HeaderMap, mask: &Mask) -> Failure {
    let status = response.status.as_u16();
    let mut details = json!({ "status": status });
    if let Some(after) = response.headers.get(header::RETRY_AFTER) {
        details["retryAfter"] = String::from_utf8_lossy(after.as_bytes()).into();
        details["retryAfterMs"] = retry_after_ms(&response.headers).into();
    }
    if let Some(excerpt) = excerpt(&response.body, sent, mask) {
        details["body"] = excerpt;
    }
    let name = response.status.canonical_reason().unwrap_or("an unnamed status");
    Failure {
        code: "http_status".to_owned(),
        message: format!("the server answered {status} ({name})"),
        category: match status {
            401 | 403 | 407 => FailureCategory::Auth,
            // Somebody gave up waiting: what became of the request is not known.
            408 | 504 => FailureCategory::Timeout,
            502 => FailureCategory::Network,
            _ => FailureCategory::Service,
        },
        retryable: matches!(status, 408 | 425 | 429 | 500..),
        details: Some(details.into()),
    }
}

/// How long the server asks to wait: seconds, or a date by the server's own clock.
fn retry_after_ms(headers: &HeaderMap) -> Option<u64> {
    let after = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = after.parse::<u64>() {
        return seconds.checked_mul(1_000);
    }
    let date = |text: &str| OffsetDateTime::parse(text, &Rfc2822).ok();
    let now = date(headers.get(header::DATE)?.to_str().ok()?)?;
    u64::try_from((date(after)? - now).whole_milliseconds().max(0)).ok()
}

/// The beginning of a body, if it is a text, without what the request's headers said.
fn excerpt(body: &[u8], sent: &HeaderMap, mask: &Mask) -> Option<Value> {
    let text = text(body).filter(|text| !text.is_empty())?;
    // Covered before it is cut: the beginning of a secret is not found again.
    let mut text = mask.text(text).into_owned();
    for (name, value) in sent {
        let harmless = [header::ACCEPT, header::ACCEPT_ENCODING, header::CONTENT_TYPE];
        let Some(value) = value.to_str().ok().filter(|_| !harmless.contains(name)) else {
            continue;
        };
        // `Bearer x` may be echoed as `x`.
        for secret in [value, value.rsplit(' ').next().unwrap_or(value)] {
            if secret.len() >= MIN_SECRET {
                text = text.replace(secret, "[masked]");
            }
        }
    }
    if let Some((end, _)) = text.char_indices().nth(MAX_EXCERPT) {
        text.truncate(end);
    }
    Some(text.into())
}
