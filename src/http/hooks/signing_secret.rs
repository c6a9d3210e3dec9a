//! Secrets by which others know what comes from us: sealed before the ledger names them, shown once, and
//! replaced by another while both sign for a time.

use std::collections::BTreeMap;

use time::Duration;

use crate::access::{Delivery, Principal};
use crate::http::api::Api;
use crate::http::idempotency::Done;
use crate::http::problem::{Code, Problem};
use crate::primitives::{CommandId, OrganizationId};
use crate::secrets::{Mask, SecretName};

/// How long the secret of before signs, too, unless it is said: a day.
const OVERLAP_MS: i64 = 24 * 3_600_000;
/// How long it may: a week.
const LONGEST_OVERLAP_MS: i64 = 7 * OVERLAP_MS;

/// For how long the secret of before signs, too, as somebody asks for it in `overlapMs`.
pub(in crate::http) fn overlap(asked_ms: Option<i64>) -> Result<Duration, Problem> {
    let overlap = asked_ms.unwrap_or(OVERLAP_MS);
    if !(0..=LONGEST_OVERLAP_MS).contains(&overlap) {
        let message = format_args!("is 0 to {LONGEST_OVERLAP_MS} milliseconds");
        return Err(Problem::new(Code::InvalidBody).at("/overlapMs", message));
    }
    Ok(Duration::milliseconds(overlap))
}

/// The field of a secret that takes the place of another.
pub(in crate::http) fn next_field() -> String {
    format!("{}-{}", Delivery::FIELD, CommandId::generate())
}

/// A secret that is sealed. One that is sealed under a field that nothing names is none.
pub(in crate::http) struct NewSecret {
    organization: OrganizationId,
    name: SecretName,
    delivery: Delivery,
    /// Held for as long as the secret is known here.
    _mask: Mask,
}

impl NewSecret {
    /// Seals a new one under this name, with headers that go along.
    pub(in crate::http) async fn seal(
        api: &Api,
        who: &Principal,
        name: SecretName,
        headers: BTreeMap<String, String>,
    ) -> Result<Self, Problem> {
        let organization = who.organization;
        let delivery = Delivery::new(&rand::random(), headers);
        let mask = Mask::of(delivery.secrets());
        api.vault.seal(organization, &name, &delivery.to_be_sealed()).await?;
        Ok(Self { organization, name, delivery, _mask: mask })
    }

    /// Its text, where it was just named on the ledger; else nothing names what was sealed, and it goes again.
    pub(in crate::http) async fn shown(
        self,
        api: &Api,
        named: Result<Done, Problem>,
    ) -> Result<(Done, Option<String>), Problem> {
        match named {
            Ok(done) if !done.replayed => Ok((done, Some(self.delivery.text()))),
            other => {
                api.vault.forget(self.organization, &self.name).await?;
                Ok((other?, None))
            }
        }
    }
}
