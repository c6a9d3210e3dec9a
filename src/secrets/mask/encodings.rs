//! The forms in which a secret comes back: as it is, and as programs write it down.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::cover::SHORTEST;
use crate::primitives::hex;

/// Characters that percent-encoding leaves alone: those of RFC 3986, those that `encodeURIComponent`
/// leaves besides, and those of forms.
const LEFT_ALONE: [&[u8]; 3] = [b"-._~", b"-._~!'()*", b"-._*"];

/// Every form of a secret and of each of its lines; nothing of one that is too short to be told from
/// ordinary text.
pub(super) fn of(secret: &[u8]) -> BTreeSet<Vec<u8>> {
    let mut forms = BTreeSet::new();
    add(&mut forms, secret);
    add(&mut forms, secret.trim_ascii());
    if secret.contains(&b'\n') {
        let lines = secret.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        // The first and last line of a PEM are the same in all of them.
        for line in lines.filter(|line| !line.starts_with(b"-----")) {
            add(&mut forms, line);
        }
    }
    forms.retain(|form| form.len() >= SHORTEST);
    forms
}

fn add(forms: &mut BTreeSet<Vec<u8>>, secret: &[u8]) {
    if secret.len() < SHORTEST {
        return;
    }
    forms.insert(secret.to_vec());
    for offset in 0..3 {
        forms.extend(base64(secret, offset));
    }
    let lower = hex(secret);
    forms.insert(lower.to_ascii_uppercase().into_bytes());
    forms.insert(lower.into_bytes());
    for kept in LEFT_ALONE {
        let encoded = percent(secret, |byte| byte.is_ascii_alphanumeric() || kept.contains(&byte));
        forms.insert(encoded.replace("%20", "+").into_bytes());
        forms.insert(lowered(&encoded).into_bytes());
        forms.insert(encoded.into_bytes());
    }
    let every_byte = percent(secret, |_| false);
    forms.insert(every_byte.to_ascii_lowercase().into_bytes());
    forms.insert(every_byte.into_bytes());
    let Ok(text) = std::str::from_utf8(secret) else { return };
    let once = json(text);
    forms.insert(json(&once).into_bytes());
    forms.insert(once.replace('/', "\\/").into_bytes());
    let ascii = ascii_json(&once);
    forms.insert(upper_escapes(&ascii).into_bytes());
    forms.insert(ascii.into_bytes());
    forms.insert(once.into_bytes());
    for apostrophe in ["&#39;", "&#x27;", "'"] {
        forms.insert(html(text, apostrophe).into_bytes());
    }
}

/// What of a base64 text is decided by the secret alone when `offset` bytes stand before it, in both
/// alphabets.
fn base64(secret: &[u8], offset: usize) -> Vec<Vec<u8>> {
    let mut padded = vec![0; offset];
    padded.extend_from_slice(secret);
    let first = (offset * 8).div_ceil(6);
    let behind = padded.len() * 8 / 6;
    let mut forms = Vec::new();
    for text in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
        forms.push(text.as_bytes()[first..behind].to_vec());
        // Where the text ends with the secret, its last character is the secret's, too.
        forms.push(text.as_bytes()[first..].to_vec());
    }
    forms
}

fn percent(secret: &[u8], keeps: impl Fn(u8) -> bool) -> String {
    let mut text = String::with_capacity(secret.len() * 3);
    for byte in secret {
        if keeps(*byte) {
            text.push(char::from(*byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// The same with the digits of its escapes in lower case.
fn lowered(encoded: &str) -> String {
    let mut text = String::with_capacity(encoded.len());
    let mut digits = 0;
    for letter in encoded.chars() {
        if letter == '%' {
            digits = 2;
            text.push(letter);
        } else if digits > 0 {
            digits -= 1;
            text.push(letter.to_ascii_lowercase());
        } else {
            text.push(letter);
        }
    }
    text
}

/// The inside of a JSON string.
fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// The same from a writer that leaves nothing but ASCII.
fn ascii_json(escaped: &str) -> String {
    let mut text = String::with_capacity(escaped.len());
    for letter in escaped.chars() {
        if letter.is_ascii() {
            text.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

fn upper_escapes(ascii: &str) -> String {
    let mut pieces = ascii.split("\\u");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.char_indices().nth(4).map_or(piece.len(), |(end, _)| end);
        text.push_str("\\u");
        text.push_str(&piece[..end].to_ascii_uppercase());
        text.push_str(&piece[end..]);
    }
    text
}

fn html(text: &str, apostrophe: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', apostrophe)
}
