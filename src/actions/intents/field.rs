//! Reading the fields of payloads: what is not written exactly is refused, with its place.

use alloy_primitives::{Address, Bytes, U256};
use serde_json::Value;

use super::wish::Unusable;

/// A field that has to be there.
pub(super) fn needed<'a>(input: &'a Value, name: &'static str) -> Result<&'a Value, Unusable> {
    let value = input.get(name).filter(|value| !value.is_null());
    value.ok_or_else(|| Unusable::new(name, "is missing"))
}

/// An address. One in mixed case has to have the right checksum: it is there to find mistakes.
pub(super) fn address(input: &Value, name: &'static str) -> Result<Address, Unusable> {
    let text = needed(input, name)?.as_str().unwrap_or_default();
    let digits = text.strip_prefix("0x").unwrap_or_default();
    let is_hex = digits.len() == 40 && digits.bytes().all(|it| it.is_ascii_hexdigit());
    if !is_hex {
        return Err(Unusable::new(name, "must be an address: 0x and 40 hexadecimal digits"));
    }
    let has_case = digits.bytes().any(|it| it.is_ascii_lowercase())
        && digits.bytes().any(|it| it.is_ascii_uppercase());
    if has_case {
        Address::parse_checksummed(text, None).map_err(|_| {
            Unusable::new(name, "has a wrong checksum: a digit or the case of one is mistaken")
        })
    } else {
        text.parse().map_err(|_| Unusable::new(name, "is no address"))
    }
}

/// A whole amount of the smallest unit, as a text of digits. A number would be rounded somewhere.
pub(super) fn amount(input: &Value, name: &'static str) -> Result<U256, Unusable> {
    whole(needed(input, name)?, name)
}

/// The same, where it may be left out.
pub(super) fn optional_amount(input: &Value, name: &'static str) -> Result<Option<U256>, Unusable> {
    match input.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => whole(value, name).map(Some),
    }
}

fn whole(value: &Value, name: &'static str) -> Result<U256, Unusable> {
    let digits = value.as_str().filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
    let amount = digits.filter(|it| !it.is_empty()).and_then(|it| it.parse().ok());
    amount.ok_or_else(|| {
        Unusable::new(name, "must be a whole amount of the smallest unit, as a text: \"1000000\"")
    })
}

/// Bytes in hexadecimal digits.
pub(super) fn bytes(input: &Value, name: &'static str) -> Result<Bytes, Unusable> {
    let text = needed(input, name)?.as_str().unwrap_or_default();
    let is_hex = text.starts_with("0x");
    let read = is_hex.then(|| text.parse().ok()).flatten();
    read.ok_or_else(|| Unusable::new(name, "must be bytes: 0x and pairs of hexadecimal digits"))
}

/// A number that a chain counts gas by.
pub(super) fn optional_gas(input: &Value, name: &'static str) -> Result<Option<u64>, Unusable> {
    match input.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let gas = value.as_u64().or_else(|| value.as_str()?.parse().ok());
            let gas = gas.filter(|gas| (21_000..=100_000_000).contains(gas));
            gas.map(Some).ok_or_else(|| Unusable::new(name, "must be 21,000 to 100,000,000"))
        }
    }
}
