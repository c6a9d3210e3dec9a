//! Who is let in: whoever shows a token that a server issued for streams.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use bytes::Bytes;
use futures::future::LocalBoxFuture;

use super::server::Gateway;
use crate::access::Credential;
use crate::access::token::{self, BadToken};
use crate::http::middleware::bearer;
use crate::http::problem::{Code, Problem};
use crate::primitives::OrganizationId;

/// Where the token comes from.
const CURE: &str = "a gateway takes tokens for streams alone: get one with your key or your session from a server, by \
                    `POST /v1/auth/stream-tokens`, and another one before it runs out";
/// The last that is said where a token runs out. It has no id: the client goes on with the one that it has.
const RUN_OUT: &str = "event: token_expired\ndata: {\"code\":\"token-expired\",\"message\":\"the token has run out: come \
                       back with another one and the last id\"}\n\n";

/// Somebody who was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guest {
    /// Whose streams are opened.
    pub(super) organization: OrganizationId,
    actor: String,
    sees_all: bool,
    lasts: Duration,
}

impl Guest {
    /// Whether something of a workflow is hidden: it is private to somebody else, or nobody knows of which it is.
    pub(super) fn is_hidden(&self, workflow: Option<&str>, private_to: Option<&str>) -> bool {
        !self.sees_all && (workflow.is_none() || private_to.is_some_and(|it| it != self.actor))
    }

    /// When the stream ends at the latest, and what is said then.
    pub(super) fn end(&self) -> (Duration, Bytes) {
        (self.lasts, Bytes::from_static(RUN_OUT.as_bytes()))
    }
}

impl FromRequest for Guest {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let shown = shown(request);
        let gateway = request.app_data::<Data<Gateway>>().cloned();
        Box::pin(async move {
            let gateway = gateway.ok_or_else(|| Problem::internal("there is no gateway"))?;
            admit(&gateway, &shown?).await
        })
    }
}

/// The token of the header, or of the query where there is no header.
fn shown(request: &HttpRequest) -> Result<String, Problem> {
    if !request.headers().contains_key(AUTHORIZATION) {
        let query = request.query_string().as_bytes();
        let found = url::form_urlencoded::parse(query).find(|(name, _)| name == "ticket");
        return found.map(|(_, ticket)| ticket.into_owned()).ok_or_else(|| refused(CURE));
    }
    Ok(bearer(request.headers())?.to_owned())
}

async fn admit(gateway: &Gateway, shown: &str) -> Result<Guest, Problem> {
    let Credential::Token(text) = Credential::of(shown) else { return Err(refused(CURE)) };
    let kid = token::kid_of(text).map_err(bad)?;
    let Some(key) = gateway.keys.key(&kid).await else {
        if gateway.keys.are_known() {
            return Err(bad(BadToken::UnknownKey));
        }
        return Err(Problem::unavailable("the keys of tokens are not known yet"));
    };
    let now = gateway.clock.now();
    let claims = token::verify_stream(text, &key, now).map_err(bad)?;
    let lasts = i128::from(claims.exp) * 1_000 - now.unix_timestamp_nanos() / 1_000_000;
    Ok(Guest {
        organization: claims.org,
        actor: claims.sub,
        sees_all: claims.all,
        lasts: Duration::from_millis(u64::try_from(lasts).unwrap_or_default()),
    })
}

fn bad(why: BadToken) -> Problem {
    match why {
        BadToken::Expired => {
            refused("the token has run out: get another one by `POST /v1/auth/stream-tokens`")
        }
        BadToken::Early => refused(&why.to_string()),
        BadToken::Malformed | BadToken::UnknownKey | BadToken::Invalid => {
            refused(&format!("{why}: {CURE}"))
        }
    }
}

fn refused(why: &str) -> Problem {
    Problem::new(Code::Unauthenticated).because(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_private_to_others_or_to_nobody_known_is_hidden_but_from_those_who_see_all() {
        let guest = |actor: &str, sees_all| Guest {
            organization: OrganizationId::DEFAULT,
            actor: actor.to_owned(),
            sees_all,
            lasts: Duration::ZERO,
        };
        let (ada, admin) = (guest("ada", false), guest("admin", true));
        for (workflow, private_to, hidden) in [
            (Some("wf_1"), None, false),
            (Some("wf_1"), Some("ada"), false),
            (Some("wf_1"), Some("bob"), true),
            (None, None, true),
        ] {
            assert_eq!(ada.is_hidden(workflow, private_to), hidden, "{workflow:?} {private_to:?}");
            assert!(!admin.is_hidden(workflow, private_to));
        }
    }
}
