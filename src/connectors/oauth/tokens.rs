//! What a provider has granted, as it is sealed.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use crate::connectors::Error;

/// How long before its end access is renewed: a request that is under way then still comes through.
const MARGIN: Duration = Duration::minutes(1);

/// Access, and what renews it.
#[derive(Clone)]
pub(in crate::connectors) struct Tokens {
    pub(in crate::connectors) access: Zeroizing<String>,
    pub(in crate::connectors) refresh: Option<Zeroizing<String>>,
    pub(in crate::connectors) expires_at: Option<OffsetDateTime>,
}

#[derive(Serialize, Deserialize)]
struct Form<T> {
    access: T,
    refresh: Option<T>,
    #[serde(with = "time::serde::rfc3339::option")]
    expires_at: Option<OffsetDateTime>,
}

impl Tokens {
    /// Whether access lasts for a while yet.
    pub(in crate::connectors) fn are_fresh(&self, now: OffsetDateTime) -> bool {
        self.expires_at.is_none_or(|end| now + MARGIN < end)
    }

    /// Whether access has not ended yet.
    pub(in crate::connectors) fn still_open(&self, now: OffsetDateTime) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    pub(in crate::connectors) fn sealed_form(&self) -> Zeroizing<Vec<u8>> {
        let form = Form {
            access: self.access.as_str(),
            refresh: self.refresh.as_ref().map(|token| token.as_str()),
            expires_at: self.expires_at,
        };
        Zeroizing::new(serde_json::to_vec(&form).expect("texts and a moment are JSON"))
    }

    pub(in crate::connectors) fn read(sealed: &[u8]) -> Result<Self, Error> {
        let Form { access, refresh, expires_at }: Form<String> =
            serde_json::from_slice(sealed).map_err(|_| Error::Damaged)?;
        Ok(Self { access: access.into(), refresh: refresh.map(Zeroizing::new), expires_at })
    }
}
