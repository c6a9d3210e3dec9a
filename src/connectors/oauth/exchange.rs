//! The request for tokens, and its answer.

use std::time::Duration;

use serde::Deserialize;
use time::OffsetDateTime;
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

use super::{Client, Tokens};
use crate::egress::{
    self, Egress, HeaderMap, HeaderValue, Method, Redirects, Request, Response, header,
};

/// How long a provider may take to hand out tokens.
const TIMEOUT: Duration = Duration::from_secs(15);
/// How much of its answer is read.
const MAX_ANSWER: usize = 64 * 1024;
/// What is believed of a token's life at most: a year.
const LONGEST_LIFE: i64 = 366 * 24 * 3_600;

/// Why there are no tokens.
#[derive(Debug)]
pub(super) enum NoTokens {
    /// The provider refuses for good, with this word.
    Refused(String),
    /// It may give them another time.
    Later(String, Option<Box<egress::Error>>),
}

/// What came with the tokens.
pub(super) struct Granted {
    pub(super) tokens: Tokens,
    pub(super) scopes: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<serde_json::Value>,
    scope: Option<String>,
    token_type: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// Asks for tokens. The client's secret goes into the body, to the address that the type names.
pub(super) async fn ask(
    egress: &Egress,
    url: &str,
    client: &Client,
    grant: &[(&str, &str)],
    now: OffsetDateTime,
) -> Result<Granted, NoTokens> {
    let mut headers = HeaderMap::new();
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    let request = Request {
        method: Method::POST,
        url: url.to_owned(),
        headers,
        body: form(client, grant).into(),
        timeout: TIMEOUT,
        max_response_bytes: MAX_ANSWER,
        redirects: Redirects::Return,
    };
    match egress.send(request).await {
        Ok(response) => read(&response, now),
        Err(error) => Err(NoTokens::Later(error.to_string(), Some(Box::new(error)))),
    }
}

/// What is asked, as a form.
fn form(client: &Client, grant: &[(&str, &str)]) -> String {
    let mut form = Serializer::new(String::new());
    form.extend_pairs(grant).append_pair("client_id", &client.id);
    if let Some(secret) = &client.secret {
        form.append_pair("client_secret", secret);
    }
    form.finish()
}

fn read(response: &Response, now: OffsetDateTime) -> Result<Granted, NoTokens> {
    let status = response.status.as_u16();
    if !response.status.is_success() {
        let word = serde_json::from_slice::<Refusal>(&response.body).ok();
        let word = word.map(|refusal| plain(&refusal.error)).filter(|word| !word.is_empty());
        // What RFC 6749 says is wrong with the request stays wrong; all else may pass.
        return Err(match word {
            Some(word) if matches!(status, 400 | 401 | 403) => NoTokens::Refused(word),
            Some(word) => NoTokens::Later(format!("{word} ({status})"), None),
            None => NoTokens::Later(format!("the provider answered {status}"), None),
        });
    }
    // Some answer 200 to say that they refuse.
    if let Ok(refusal) = serde_json::from_slice::<Refusal>(&response.body) {
        return Err(NoTokens::Refused(plain(&refusal.error)));
    }
    let unreadable = || NoTokens::Later("the provider's answer holds no token".to_owned(), None);
    let answer: Answer = serde_json::from_slice(&response.body).map_err(|_| unreadable())?;
    let is_bearer = answer.token_type.is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    if answer.access_token.is_empty() || !is_bearer {
        return Err(unreadable());
    }
    // Some send a number as a text.
    let life = answer.expires_in.and_then(|life| {
        life.as_i64().or_else(|| life.as_str().and_then(|life| life.parse().ok()))
    });
    let life = life.map(|seconds| time::Duration::seconds(seconds.clamp(0, LONGEST_LIFE)));
    Ok(Granted {
        tokens: Tokens {
            access: Zeroizing::new(answer.access_token),
            refresh: answer.refresh_token.map(Zeroizing::new),
            expires_at: life.map(|life| now + life),
        },
        scopes: answer.scope.filter(|scope| scope.len() <= 2_000),
    })
}

/// A word of the provider's as it may be told: an error code and nothing that could be more.
pub(super) fn plain(word: &str) -> String {
    word.chars().filter(|it| it.is_ascii_alphanumeric() || "_-. ".contains(*it)).take(64).collect()
}
