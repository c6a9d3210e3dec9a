//! Numbers, addresses and bytes, as x402 writes them in JSON.

use alloy_primitives::{Address, B256, U256};
use serde_json::Value;

use super::Misread;

/// A field of an object.
pub(super) fn field<'a>(
    of: &'a Value,
    at: &str,
    name: &str,
) -> Result<(&'a Value, String), Misread> {
    let place = format!("{at}/{name}");
    match of.get(name).filter(|value| !value.is_null()) {
        Some(value) => Ok((value, place)),
        None => Err(Misread::at(&place, "it is missing")),
    }
}

/// A text of a bounded length.
pub(super) fn text<'a>(of: &'a Value, at: &str, name: &str) -> Result<&'a str, Misread> {
    let (value, place) = field(of, at, name)?;
    let text = value.as_str().filter(|text| text.len() <= MAX_TEXT);
    text.ok_or_else(|| Misread::at(&place, format!("expected a text of at most {MAX_TEXT} bytes")))
}

/// The longest text that is kept.
const MAX_TEXT: usize = 2_048;

/// A number in decimals, or in hexadecimal digits after `0x`; a text in any case.
pub(super) fn number(of: &Value, at: &str, name: &str) -> Result<U256, Misread> {
    let (value, place) = field(of, at, name)?;
    let wrong =
        || Misread::at(&place, "expected a whole number below 2^256, written as a text of digits");
    let text = value.as_str().ok_or_else(wrong)?;
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let is_digit = |letter: char| letter.is_digit(u32::from(radix == 16) * 6 + 10);
    if digits.is_empty() || digits.len() > 78 || !digits.chars().all(is_digit) {
        return Err(wrong());
    }
    U256::from_str_radix(digits, radix).map_err(|_| wrong())
}

/// An address. Mixed case must have the right checksum.
pub(super) fn address(of: &Value, at: &str, name: &str) -> Result<Address, Misread> {
    let (value, place) = field(of, at, name)?;
    let wrong = || Misread::at(&place, "expected an address: 0x and 40 hexadecimal digits");
    let text = value.as_str().ok_or_else(wrong)?;
    let digits = text.strip_prefix("0x").filter(|it| it.len() == 40).ok_or_else(wrong)?;
    let address: Address = text.parse().map_err(|_| wrong())?;
    let is_mixed = digits.chars().any(|it| it.is_ascii_lowercase())
        && digits.chars().any(|it| it.is_ascii_uppercase());
    if is_mixed && address.to_checksum(None) != text {
        return Err(Misread::at(&place, "its checksum is wrong (EIP-55)"));
    }
    Ok(address)
}

/// 32 bytes.
pub(super) fn word(of: &Value, at: &str, name: &str) -> Result<B256, Misread> {
    let (value, place) = field(of, at, name)?;
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
    let digits = digits.filter(|digits| digits.len() == 64);
    digits
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| Misread::at(&place, "expected 32 bytes: 0x and 64 hexadecimal digits"))
}
