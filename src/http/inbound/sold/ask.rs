//! The answer 402: what is asked, in both versions at once.

use actix_web::http::header::{CACHE_CONTROL, HeaderName};
use actix_web::{HttpResponse, ResponseError as _};

use crate::http::problem::{Code, Problem};
use crate::x402::{Demand, Receipt, Resource, Terms, Version, encoded};

/// What is asked in version 2.
const DEMAND: HeaderName = HeaderName::from_static("payment-required");

/// What is asked for a run, and where.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    pub(super) terms: Terms,
    pub(super) resource: Resource,
}

impl Asking {
    /// Asks for a payment, and says why.
    pub(super) fn answer(&self, why: &str) -> HttpResponse {
        self.with(why, None)
    }

    /// Says that a payment was not taken, and asks for another one.
    pub(super) fn refused(
        &self,
        why: &str,
        (version, receipt): (Version, &Receipt),
    ) -> HttpResponse {
        self.with(why, Some((version, receipt)))
    }

    fn with(&self, why: &str, refused: Option<(Version, &Receipt)>) -> HttpResponse {
        let Self { terms, resource } = self;
        let mut answer = HttpResponse::build(Problem::new(Code::PaymentRequired).status_code());
        let demand = Demand::written(Version::V2, terms, resource, why);
        answer.insert_header((DEMAND, encoded(&demand))).insert_header((CACHE_CONTROL, "no-store"));
        if let Some((version, receipt)) = refused {
            let name = HeaderName::from_static(version.receipt_header());
            answer.insert_header((name, encoded(&receipt.written(version, terms.chain))));
        }
        answer.json(Demand::written(Version::V1, terms, resource, why))
    }
}
