//! Encodings of texts.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::call::{Call, made};
use super::table::{Function, Nulls, Outcome, required};
use crate::expression::budget::Complaint;

/// Base64 as it is usually written, and read with or without the signs that fill it up.
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);

/// The same with signs that mean nothing in an address, and nothing to fill it up.
const BASE64_URL: GeneralPurpose =
    GeneralPurpose::new(&URL_SAFE, LENIENT.with_encode_padding(false));

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// What RFC 3986 lets stand as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "base64Encode",
        parameters: &[required("text")],
        about: "The text's UTF-8 in base 64.",
        examples: &[("base64Encode('héllo')", "\"aMOpbGxv\"")],
        nulls: Nulls::First,
        body: |call| made(BASE64.encode(&*call.text(0)?)),
    },
    Function {
        name: "base64Decode",
        parameters: &[required("text")],
        about: "The text that was encoded; an error when it is not text.",
        examples: &[("base64Decode('aMOpbGxv')", "\"héllo\"")],
        nulls: Nulls::First,
        body: |call| decoded(call, BASE64.decode(&*call.text(0)?).ok(), "base 64"),
    },
    Function {
        name: "base64UrlEncode",
        parameters: &[required("text")],
        about: "The same with `-` and `_`, and without `=` at the end, as addresses and tokens want \
                it.",
        examples: &[("base64UrlEncode('a?>')", "\"YT8-\"")],
        nulls: Nulls::First,
        body: |call| made(BASE64_URL.encode(&*call.text(0)?)),
    },
    Function {
        name: "base64UrlDecode",
        parameters: &[required("text")],
        about: "The text that was encoded so.",
        examples: &[("base64UrlDecode('YT8-')", "\"a?>\"")],
        nulls: Nulls::First,
        body: |call| {
            decoded(call, BASE64_URL.decode(&*call.text(0)?).ok(), "base 64 for addresses")
        },
    },
    Function {
        name: "hexEncode",
        parameters: &[required("text")],
        about: "The text's UTF-8 in base 16, with 0x before it.",
        examples: &[("hexEncode('gm')", "\"0x676d\"")],
        nulls: Nulls::First,
        body: |call| made(format!("0x{}", hex(call.text(0)?.as_bytes()))),
    },
    Function {
        name: "hexDecode",
        parameters: &[required("text")],
        about: "The text that was encoded so, with or without 0x.",
        examples: &[("hexDecode('0x676d')", "\"gm\"")],
        nulls: Nulls::First,
        body: |call| decoded(call, unhex(&call.text(0)?), "base 16"),
    },
    Function {
        name: "urlEncode",
        parameters: &[required("text")],
        about: "The text as it may stand in the path or the query of an address.",
        examples: &[("urlEncode('a b&c')", "\"a%20b%26c\"")],
        nulls: Nulls::First,
        body: |call| made(utf8_percent_encode(&call.text(0)?, RESERVED).to_string()),
    },
    Function {
        name: "urlDecode",
        parameters: &[required("text")],
        about: "The text that was encoded so; `+` stays what it is.",
        examples: &[("urlDecode('a%20b%26c')", "\"a b&c\"")],
        nulls: Nulls::First,
        body: |call| decoded(call, Some(percent_decode_str(&call.text(0)?).collect()), "%-signs"),
    },
];

/// The bytes as text.
fn decoded<'a>(call: &Call<'a, '_>, bytes: Option<Vec<u8>>, encoding: &str) -> Outcome<'a> {
    let bytes = bytes.ok_or_else(|| call.wrong(0, &format!("a text in {encoding}")))?;
    String::from_utf8(bytes).map_or_else(
        |_| {
            let cure = "what was encoded is not text: keep it encoded, or let a node decode it";
            Err(Complaint(cure.to_owned()))
        },
        made,
    )
}

/// Bytes in base 16.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Bytes from base 16, with or without 0x.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    let half = |digit: u8| char::from(digit).to_digit(16).and_then(|half| u8::try_from(half).ok());
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(half(*high)? << 4 | half(*low)?),
        _ => None,
    };
    digits.chunks(2).map(byte).collect()
}

/// Bytes from base 64.
pub(super) fn unbase64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}
