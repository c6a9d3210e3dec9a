//! JSON without the loss of a digit.

use std::borrow::Cow;

use serde_json::Value;

/// Why a text is not taken as JSON.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    /// It is none.
    #[error("it is not JSON ({0})")]
    Syntax(#[from] serde_json::Error),
    /// PostgreSQL cannot keep the character.
    #[error("it holds the character U+0000, which cannot be kept")]
    Nul,
}

/// Reads JSON; an integer beyond 64 bits, which would become a float and lose its last digits,
/// becomes a text of its digits. Token amounts are of that size.
pub(super) fn read(text: &[u8]) -> Result<Value, Unreadable> {
    let value = serde_json::from_slice(&with_large_integers_quoted(text))?;
    if holds_nul(&value) { Err(Unreadable::Nul) } else { Ok(value) }
}

fn with_large_integers_quoted(text: &[u8]) -> Cow<'_, [u8]> {
    let mut quoted = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'"' => at = past_string(text, at),
            b'-' | b'0'..=b'9' => {
                let end = past_number(text, at);
                if is_large_integer(&text[at..end]) {
                    quoted.extend_from_slice(&text[copied..at]);
                    quoted.push(b'"');
                    quoted.extend_from_slice(&text[at..end]);
                    quoted.push(b'"');
                    copied = end;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    quoted.extend_from_slice(&text[copied..]);
    Cow::Owned(quoted)
}

/// The place after the string that begins at `start`.
fn past_string(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

fn past_number(text: &[u8], start: usize) -> usize {
    let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'+' | b'-' | b'e' | b'E');
    start + text[start..].iter().take_while(|byte| is_part(byte)).count()
}

fn is_large_integer(number: &[u8]) -> bool {
    let digits = number.strip_prefix(b"-").unwrap_or(number);
    if digits.len() < 19 || digits[0] == b'0' || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let text = str::from_utf8(number).unwrap_or_default();
    text.parse::<u64>().is_err() && text.parse::<i64>().is_err()
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(fields) => {
            fields.iter().any(|(name, field)| name.contains('\0') || holds_nul(field))
        }
    }
}
