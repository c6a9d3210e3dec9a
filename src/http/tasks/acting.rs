//! Who acts. Until people have accounts of their own, whoever holds the key says for whom it is
//! used; the ledger keeps both, the person in the event and the key in its metadata.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::http::problem::{Code, Problem};

/// How long the name of a person may be, in characters.
const MAX_PERSON: usize = 100;

/// Who acts, and nothing more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Acting {
    /// The person who acts, 1 to 100 characters; the holder of the key when absent.
    pub(super) acting_as: Option<String>,
}

/// The name under which the order is given.
pub(super) fn person(who: &Principal, acting_as: Option<String>) -> Result<String, Problem> {
    let Some(name) = acting_as else { return Ok(who.to_string()) };
    let actual = name.trim().chars().count();
    if (1..=MAX_PERSON).contains(&actual) && !name.contains(char::is_control) {
        return Ok(name.trim().to_owned());
    }
    Err(Problem::new(Code::InvalidBody)
        .at("/actingAs", format_args!("must be a name of 1 to {MAX_PERSON} characters")))
}
