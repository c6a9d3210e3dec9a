//! Codes that only the holder of a secret can make, compared in a time that tells nothing.

use ::hmac::digest::KeyInit;
use ::hmac::{Hmac, Mac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::Refusal;

/// How a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// HMAC-SHA-1: of old senders. As a code of authentication it still holds.
    Sha1,
    /// HMAC-SHA-256.
    #[default]
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Two digits a byte.
    #[default]
    Hex,
    /// RFC 4648, with its padding.
    Base64,
}

impl Encoding {
    /// The bytes that a text stands for.
    pub(super) fn read(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Hex => unhex(text),
            Self::Base64 => STANDARD.decode(text).ok(),
        }
    }
}

/// Whether one of the keys makes one of the codes of these parts. All of them are tried, whichever
/// fits, so that the time tells nothing of where it was.
pub(super) fn fits(
    algorithm: Algorithm,
    keys: &[&[u8]],
    parts: &[&[u8]],
    presented: &[Vec<u8>],
) -> Result<(), Refusal> {
    let usable = keys.iter().filter(|key| !key.is_empty());
    if usable.clone().next().is_none() {
        return Err(Refusal::NoSecret);
    }
    let one = |key: &[u8], code: &[u8]| match algorithm {
        Algorithm::Sha1 => verified::<Hmac<Sha1>>(key, parts, code),
        Algorithm::Sha256 => verified::<Hmac<Sha256>>(key, parts, code),
        Algorithm::Sha512 => verified::<Hmac<Sha512>>(key, parts, code),
    };
    let found = usable.fold(false, |found, key| {
        presented.iter().fold(found, |found, code| found | one(key, code))
    });
    if found { Ok(()) } else { Err(Refusal::Wrong) }
}

fn verified<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]], code: &[u8]) -> bool {
    let mut mac = <M as Mac>::new_from_slice(key).expect("HMAC takes keys of every length");
    for part in parts {
        mac.update(part);
    }
    // In constant time, and only for codes of the whole length.
    mac.verify_slice(code).is_ok()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks(2)
        .map(|pair| {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let (high, low) = (digit(pair[0])?, digit(pair[1])?);
            u8::try_from(high * 16 + low).ok()
        })
        .collect()
}
