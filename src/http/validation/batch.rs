use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use time::Duration;
use utoipa::ToSchema;

use super::options::{Asked, Outcome, judge};
use super::validate::ValidateRequest;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, LargeBody};
use crate::http::problem::{Code, Document, Problem};

/// How many values a batch may have.
const MAX_VALUES: usize = 100;
/// How long a batch may take as a whole: what is left then is not validated.
const LONGEST: Duration = Duration::seconds(15);

/// Values, and the schemas to hold them against.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ValidateBatch {
    /// The values, 1 to 100, each with its schema.
    validations: Vec<ValidateRequest>,
    /// How the batch is carried out.
    #[serde(default)]
    options: BatchOptions,
}

/// How a batch is carried out.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct BatchOptions {
    /// Whether the values behind the first one that does not fit are left out; not when absent.
    stop_on_first_error: Option<bool>,
}

/// What was found of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValidationBatchResult)]
pub struct BatchOutcome {
    /// Whether every value was validated and fits.
    valid: bool,
    /// What was found of each, in their order.
    results: Vec<OneOutcome>,
}

/// What was found of one value of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ValidationBatchItem)]
pub(super) enum OneOutcome {
    /// It was validated.
    Judged(Outcome),
    /// It was not.
    Refused {
        /// Always `false`.
        valid: bool,
        /// The code of the problem; `skipped` when the batch had stopped before.
        code: &'static str,
        /// The problem in words.
        message: String,
    },
}

/// Holds many values against schemas of the organization, one after the other.
#[utoipa::path(
    post,
    operation_id = "validate_batch",
    path = "/v1/validation/validate/batch",
    tag = "validation",
    params(("Idempotency-Key" = Option<String>, Header, description = "Accepted, and without effect: nothing is written")),
    request_body = ValidateBatch,
    responses(
        (status = 200, description = "What was found", body = Envelope<BatchOutcome>),
        (status = 422, description = "There are too many values", body = Document),
    ),
)]
pub async fn batch(
    api: Data<Api>,
    who: Principal,
    _key: IdempotencyKey,
    body: LargeBody<ValidateBatch>,
) -> Result<Answer<BatchOutcome>, Problem> {
    let ValidateBatch { validations, options } = body.content;
    if !(1..=MAX_VALUES).contains(&validations.len()) {
        let message = format_args!("must have 1 to {MAX_VALUES} values");
        return Err(Problem::new(Code::InvalidBody).at("/validations", message));
    }
    let stops = options.stop_on_first_error.unwrap_or(false);
    let give_up = api.clock.now() + LONGEST;
    let mut outcome = BatchOutcome { valid: true, results: Vec::new() };
    for ValidateRequest { schema_id, version, data, options } in validations {
        let left_out = if stops && !outcome.valid {
            Some("a value before it did not fit")
        } else if api.clock.now() >= give_up {
            Some("the values before it took 15 seconds: send it again")
        } else {
            None
        };
        let one = if let Some(why) = left_out {
            refused("skipped", why.to_owned())
        } else {
            let asked = Asked { schema_id, version, data: &data, options };
            match judge(&api, &who, asked).await {
                Ok(judged) => OneOutcome::Judged(judged),
                Err(problem) => {
                    let document = problem.document("");
                    refused(document.code, document.message)
                }
            }
        };
        outcome.valid &= matches!(&one, OneOutcome::Judged(judged) if judged.valid);
        outcome.results.push(one);
    }
    Ok(Answer::ok(outcome))
}

const fn refused(code: &'static str, message: String) -> OneOutcome {
    OneOutcome::Refused { valid: false, code, message }
}
