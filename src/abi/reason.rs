//! Why a call was undone, out of the bytes that it gave back.

use alloy_primitives::{Bytes, U256, hex};
use serde_json::{Map, Value as Json, json};

use super::decode::decode;
use super::function::{Shape, written};
use super::kind::Kind;

/// `Error(string)`: what `require` and `revert` with a text give.
const ERROR: [u8; 4] = [0x08, 0xc3, 0x79, 0xa0];
/// `Panic(uint256)`: what the compiler's own checks give.
const PANIC: [u8; 4] = [0x4e, 0x48, 0x7b, 0x71];
/// The most bytes of a reason that nobody can read which are shown.
const SHOWN: usize = 256;

/// Why a call was undone.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// It gave nothing.
    None,
    /// A text of the contract's.
    Text(String),
    /// A check of the compiler's, by its code.
    Panic(U256),
    /// An error that the contract declares.
    Custom {
        /// Its name.
        name: String,
        /// As it is hashed.
        signature: String,
        /// Its arguments by their names.
        arguments: Map<String, Json>,
    },
    /// Bytes that say nothing without the contract's ABI, or nothing at all.
    Unknown(Vec<u8>),
}

impl Reason {
    /// Reads what an undone call gave back, by the errors that are known of its contract.
    pub fn read(data: &[u8], errors: &[Shape]) -> Self {
        let Some(selector) = data.first_chunk::<4>() else {
            return if data.is_empty() { Self::None } else { Self::Unknown(data.to_vec()) };
        };
        let body = &data[4..];
        let known = match *selector {
            ERROR => decode([&Kind::Text], body).and_then(|values| {
                let text = str::from_utf8(values.first()?.bytes()?).ok()?;
                Some(Self::Text(text.to_owned()))
            }),
            PANIC => decode([&Kind::Unsigned(256)], body)
                .and_then(|values| values.first()?.word().map(Self::Panic)),
            _ => errors.iter().find_map(|error| {
                let arguments = error.arguments(data)?;
                let (name, signature) = (error.name.clone(), error.signature.clone());
                Some(Self::Custom { name, signature, arguments })
            }),
        };
        known.unwrap_or_else(|| Self::Unknown(data.to_vec()))
    }

    /// Why a call was undone: by what it gave back, or, where a node hands no bytes out, by its words.
    pub fn of(words: &str, data: Option<&Bytes>, errors: &[Shape]) -> Self {
        if let Some(data) = data {
            return Self::read(data, errors);
        }
        let words = words.strip_prefix("execution reverted").unwrap_or(words);
        match words.trim_start_matches(':').trim() {
            "" => Self::None,
            words => Self::Text(words.to_owned()),
        }
    }

    /// It in words.
    pub fn words(&self) -> String {
        match self {
            Self::None => "it was undone without a reason".to_owned(),
            Self::Text(text) => text.clone(),
            Self::Panic(code) => format!("{} (panic {code:#04x})", panic(*code)),
            Self::Custom { name, arguments, .. } => {
                let each = arguments.iter().map(|(name, value)| match value {
                    Json::String(text) => format!("{name}: {text}"),
                    Json::Null
                    | Json::Bool(_)
                    | Json::Number(_)
                    | Json::Array(_)
                    | Json::Object(_) => format!("{name}: {value}"),
                });
                format!("{name}({})", each.collect::<Vec<_>>().join(", "))
            }
            Self::Unknown(data) => match data.first_chunk::<4>() {
                Some(selector) => format!(
                    "an error of the contract's own, {}: its ABI says which",
                    written(selector)
                ),
                None => "bytes that are no reason".to_owned(),
            },
        }
    }

    /// It as JSON: what kind it is, in words, and its parts.
    pub fn told(&self) -> Json {
        let message = self.words();
        match self {
            Self::None => json!({ "kind": "none", "message": message }),
            Self::Text(_) => json!({ "kind": "error", "message": message }),
            Self::Panic(code) => {
                json!({ "kind": "panic", "message": message, "code": format!("{code:#04x}") })
            }
            Self::Custom { name, signature, arguments } => json!({
                "kind": "custom", "message": message, "name": name, "signature": signature,
                "arguments": arguments,
            }),
            Self::Unknown(data) => {
                let shown = &data[..data.len().min(SHOWN)];
                json!({ "kind": "unknown", "message": message, "data": hex::encode_prefixed(shown) })
            }
        }
    }
}

/// What the codes of Solidity mean.
fn panic(code: U256) -> &'static str {
    match u64::try_from(code) {
        Ok(0x00) => "a check that the compiler put in failed",
        Ok(0x01) => "an assertion failed",
        Ok(0x11) => "a calculation went over or under what its type holds",
        Ok(0x12) => "a division or a remainder by zero",
        Ok(0x21) => "a value that is none of its enumeration",
        Ok(0x22) => "bytes in storage that are encoded wrongly",
        Ok(0x31) => "an item was taken from an empty list",
        Ok(0x32) => "an index outside its list",
        Ok(0x41) => "more memory was asked for than there may be",
        Ok(0x51) => "a call of a function that was never set",
        Ok(_) | Err(_) => "a check failed whose code is not known",
    }
}
