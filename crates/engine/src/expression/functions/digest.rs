//! Digests, and the addresses that are checked by one.

use sha2::Digest as _;

use super::call::{Call, made};
use super::encode::{hex, unbase64, unhex};
use super::table::{Function, Nulls, Outcome, optional, required};
use crate::expression::budget::Complaint;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "sha256",
        parameters: &[required("text"), optional("encoding")],
        about: "The SHA-256 in base 16 of the text's UTF-8, or of the bytes that it holds in `'hex'` \
                or `'base64'`.",
        examples: &[(
            "sha256('abc')",
            "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"",
        )],
        nulls: Nulls::First,
        body: |call| made(hex(&sha2::Sha256::digest(bytes(call)?))),
    },
    Function {
        name: "keccak256",
        parameters: &[required("text"), optional("encoding")],
        about: "The Keccak-256 of the same, as Ethereum has it, with 0x before it.",
        examples: &[
            ("substring(keccak256('transfer(address,uint256)'), 0, 10)", "\"0xa9059cbb\""),
            (
                "keccak256('0x', 'hex')",
                "\"0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470\"",
            ),
        ],
        nulls: Nulls::First,
        body: |call| made(format!("0x{}", hex(&keccak(&bytes(call)?)))),
    },
    Function {
        name: "isAddress",
        parameters: &[required("text")],
        about: "Whether it is an address: 0x and 40 digits in base 16, whose capitals are right \
                (EIP-55) when there are both kinds of letters.",
        examples: &[
            ("isAddress('0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045')", "true"),
            ("isAddress('0xD8dA6BF26964aF9D7eEd9e03E53415D37aA96045')", "false"),
            ("isAddress('vitalik.eth')", "false"),
        ],
        nulls: Nulls::First,
        body: is_address,
    },
    Function {
        name: "checksumAddress",
        parameters: &[required("address")],
        about: "The address with the capitals that EIP-55 gives it.",
        examples: &[(
            "checksumAddress('0xd8da6bf26964af9d7eed9e03e53415d37aa96045')",
            "\"0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045\"",
        )],
        nulls: Nulls::First,
        body: checksum_address,
    },
];

/// How many digits an address has in base 16.
const ADDRESS_DIGITS: usize = 40;

#[derive(Clone, Copy)]
enum Encoding {
    Text,
    Hex,
    Base64,
}

const ENCODINGS: [(&str, Encoding); 3] =
    [("text", Encoding::Text), ("hex", Encoding::Hex), ("base64", Encoding::Base64)];

/// The bytes that a digest is asked of.
fn bytes(call: &Call<'_, '_>) -> Result<Vec<u8>, Complaint> {
    let text = call.text(0)?;
    // A digest takes some nanoseconds a byte, about five times as long as reading it.
    call.budget.steps(text.len() / 8)?;
    match call.one_of(1, &ENCODINGS)? {
        Encoding::Text => Ok(text.into_owned().into_bytes()),
        Encoding::Hex => unhex(&text).ok_or_else(|| call.wrong(0, "bytes in base 16")),
        Encoding::Base64 => unbase64(&text).ok_or_else(|| call.wrong(0, "bytes in base 64")),
    }
}

fn keccak(bytes: &[u8]) -> [u8; 32] {
    sha3::Keccak256::digest(bytes).into()
}

/// The digits of an address, if it is one.
fn digits(text: &str) -> Option<&str> {
    text.strip_prefix("0x").filter(|digits| {
        digits.len() == ADDRESS_DIGITS && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

/// The digits with the capitals of EIP-55: a letter is one where the digest of the small letters
/// has a digit of 8 or more.
fn with_capitals(digits: &str) -> String {
    let small = digits.to_ascii_lowercase();
    let digest = hex(&keccak(small.as_bytes()));
    let capital = |(letter, digit): (char, char)| {
        if digit >= '8' { letter.to_ascii_uppercase() } else { letter }
    };
    small.chars().zip(digest.chars()).map(capital).collect()
}

fn is_address<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let text = call.text(0)?;
    made(digits(&text).is_some_and(|digits| {
        let has = |is_kind: fn(&u8) -> bool| digits.as_bytes().iter().any(is_kind);
        let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
        !is_mixed || with_capitals(digits) == digits
    }))
}

fn checksum_address<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let text = call.text(0)?;
    let digits = digits(&text);
    let digits = digits.ok_or_else(|| call.wrong(0, "0x and 40 digits in base 16"))?;
    made(format!("0x{}", with_capitals(digits)))
}
