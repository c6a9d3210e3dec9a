//! JSON in headers: base64, within bounds.

use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, Engine};
use serde_json::Value;

/// The most bytes of a header that is looked at.
pub const MAX_HEADER: usize = 16 * 1024;

/// Standard base64, with its padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why what came is nothing of x402. It says where, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misread {
    /// More than is looked at.
    #[error("it has {0} bytes, and at most {MAX_HEADER} are taken")]
    TooLarge(usize),
    /// Its letters.
    #[error("it is not base64 (the standard alphabet)")]
    Base64,
    /// What is in it.
    #[error("what is encoded in it is no JSON object")]
    Json,
    /// A field.
    #[error("`{at}`: {problem}")]
    Field {
        /// A JSON pointer.
        at: String,
        /// What is wrong there, and what would be right.
        problem: String,
    },
}

impl Misread {
    /// Something is wrong at this place.
    pub(super) fn at(at: &str, problem: impl Into<String>) -> Self {
        Self::Field { at: at.to_owned(), problem: problem.into() }
    }
}

/// The JSON object in a header.
///
/// # Errors
/// It is too large, not base64, or no object.
pub fn decoded(header: &[u8]) -> Result<Value, Misread> {
    if header.len() > MAX_HEADER {
        return Err(Misread::TooLarge(header.len()));
    }
    let bytes = BASE64.decode(header.trim_ascii()).map_err(|_| Misread::Base64)?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|_| Misread::Json)?;
    if value.is_object() { Ok(value) } else { Err(Misread::Json) }
}

/// JSON as a header has it.
pub fn encoded(value: &Value) -> String {
    BASE64.encode(value.to_string())
}
