//! Decoded values as JSON.

use alloy_primitives::{I256, U256, hex};
use serde_json::{Map, Value as Json};

use super::decode::Value;
use super::kind::{Kind, Part, WORD};

/// The most bits whose every number is exact in JSON wherever it is read.
const EXACT_BITS: usize = 48;

/// A value as JSON: numbers of up to 48 bits as numbers, all larger types as decimal texts, whatever
/// they hold; addresses with their checksum; bytes in hexadecimal; tuples as objects, whose parts go
/// by their numbers where they have no names. `None` for a text that is no UTF-8, which is not one.
pub fn render(kind: &Kind, value: &Value<'_>) -> Option<Json> {
    Some(match (kind, value) {
        (Kind::Address, Value::Address(address)) => address.to_checksum(None).into(),
        (Kind::Bool, Value::Word(word)) => (*word == U256::ONE).into(),
        (Kind::Unsigned(bits), Value::Word(word)) => match u64::try_from(*word) {
            Ok(number) if *bits <= EXACT_BITS => number.into(),
            Ok(_) | Err(_) => word.to_string().into(),
        },
        (Kind::Signed(bits), Value::Word(word)) => {
            let number = I256::from_raw(*word);
            match i64::try_from(number) {
                Ok(number) if *bits <= EXACT_BITS => number.into(),
                Ok(_) | Err(_) => number.to_string().into(),
            }
        }
        (Kind::Fixed(length), Value::Word(word)) => {
            hex::encode_prefixed(&word.to_be_bytes::<WORD>()[..*length]).into()
        }
        (Kind::Bytes, Value::Bytes(bytes)) => hex::encode_prefixed(bytes).into(),
        (Kind::Text, Value::Bytes(bytes)) => str::from_utf8(bytes).ok()?.into(),
        (Kind::List(of) | Kind::Array(of, _), Value::Many(items)) => {
            items.iter().map(|item| render(of, item)).collect::<Option<Vec<_>>>()?.into()
        }
        (Kind::Tuple(parts), Value::Many(values)) => many(parts, values)?.into(),
        (
            Kind::Address
            | Kind::Bool
            | Kind::Unsigned(_)
            | Kind::Signed(_)
            | Kind::Fixed(_)
            | Kind::Bytes
            | Kind::Text
            | Kind::List(_)
            | Kind::Array(..)
            | Kind::Tuple(_),
            Value::Address(_) | Value::Word(_) | Value::Bytes(_) | Value::Many(_),
        ) => return None,
    })
}

/// Values by the names of their parts.
pub fn many(parts: &[Part], values: &[Value<'_>]) -> Option<Map<String, Json>> {
    let each = parts.iter().zip(values).enumerate();
    each.map(|(at, (part, value))| Some((part.called(at), render(&part.kind, value)?))).collect()
}
