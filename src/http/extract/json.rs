//! What JSON must be before it is read as a type: something that we can keep as it was meant.
//!
//! `serde_json` turns integers beyond 64 bits into floats, lets the last of two equal fields win
//! and accepts NUL characters, which PostgreSQL does not. Here each of these is refused by place.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::primitives::pointer;
use serde::de::IgnoredAny;

use crate::http::problem::{Code, Problem};

/// How deep a body may be nested: deeper than any definition, shallow enough for every stack.
const MAX_DEPTH: usize = 64;

/// Refuses a text that is not JSON, or that would not be kept faithfully.
pub fn check(text: &str) -> Result<(), Problem> {
    let mut walk = Walk::default();
    walk.depth_of(text)?;
    serde_json::from_str::<IgnoredAny>(text)
        .map_err(|error| Problem::new(Code::InvalidJson).at("", error))?;
    walk.walk(text)
}

#[derive(Debug)]
enum Frame {
    Object { keys: HashSet<String>, key: Option<String> },
    Array { index: usize },
}

/// A walk over a text that is known to be JSON, with the place where it is.
#[derive(Debug, Default)]
struct Walk {
    frames: Vec<Frame>,
    key_is_next: bool,
}

impl Walk {
    /// Counts brackets outside of strings; needs no valid JSON.
    fn depth_of(&self, text: &str) -> Result<(), Problem> {
        let (mut depth, mut in_string, mut escaped) = (self.frames.len(), false, false);
        for byte in text.bytes() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'"' => in_string = !in_string,
                b'{' | b'[' if !in_string => depth += 1,
                b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MAX_DEPTH {
                return Err(Problem::new(Code::InvalidJson)
                    .at("", format_args!("is nested deeper than {MAX_DEPTH} levels")));
            }
        }
        Ok(())
    }

    fn walk(&mut self, text: &str) -> Result<(), Problem> {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'{' => {
                    self.frames.push(Frame::Object { keys: HashSet::new(), key: None });
                    self.key_is_next = true;
                }
                b'[' => {
                    self.frames.push(Frame::Array { index: 0 });
                    self.key_is_next = false;
                }
                b'}' | b']' => {
                    self.frames.pop();
                    self.key_is_next = false;
                }
                b',' => match self.frames.last_mut() {
                    Some(Frame::Array { index }) => *index += 1,
                    Some(Frame::Object { .. }) => self.key_is_next = true,
                    None => {}
                },
                b'"' => {
                    let end = end_of_string(bytes, at);
                    self.string(&text[at..end])?;
                    at = end;
                    continue;
                }
                b'-' | b'0'..=b'9' => {
                    let end = end_of_number(bytes, at);
                    self.number(&text[at..end])?;
                    at = end;
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        Ok(())
    }

    fn string(&mut self, quoted: &str) -> Result<(), Problem> {
        let decoded: Cow<'_, str> = if quoted.contains('\\') {
            let decoded = serde_json::from_str::<String>(quoted);
            Cow::Owned(decoded.map_err(|_| self.fault("holds a broken escape sequence"))?)
        } else {
            Cow::Borrowed(&quoted[1..quoted.len() - 1])
        };
        if decoded.contains('\0') {
            return Err(self.fault("must not hold a NUL character"));
        }
        if std::mem::take(&mut self.key_is_next) {
            let Some(Frame::Object { keys, key }) = self.frames.last_mut() else { return Ok(()) };
            let name = decoded.into_owned();
            *key = Some(name.clone());
            if !keys.insert(name) {
                return Err(self.fault("occurs twice"));
            }
        }
        Ok(())
    }

    fn number(&self, token: &str) -> Result<(), Problem> {
        let whole = !token.contains(['.', 'e', 'E']);
        if whole && token.parse::<i64>().is_err() && token.parse::<u64>().is_err() {
            return Err(self.fault("is an integer beyond 64 bits: send it as a string"));
        }
        Ok(())
    }

    fn fault(&self, message: &str) -> Problem {
        Problem::new(Code::InvalidJson).at(self.pointer(), message)
    }

    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for frame in &self.frames {
            match frame {
                Frame::Object { key: Some(key), .. } => pointer::push(&mut pointer, key),
                Frame::Object { key: None, .. } => {}
                Frame::Array { index } => pointer::push(&mut pointer, &index.to_string()),
            }
        }
        pointer
    }
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn end_of_number(bytes: &[u8], start: usize) -> usize {
    let inside = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
    start + bytes[start..].iter().take_while(|byte| inside(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (String, String) {
        let document = check(text).expect_err("a problem").document("r");
        let detail = document.details.first().expect("a detail").clone();
        (detail.path, detail.message)
    }

    #[test]
    fn ordinary_json_passes() {
        for text in [
            r#"{"a": [1, -2.5e3, "x\"}\\", null, true], "b": {"a": {}}}"#,
            "[[]]",
            "18446744073709551615",
            "-9223372036854775808",
            r#""\u00e9""#,
            "1e30",
        ] {
            assert!(check(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn integers_beyond_64_bits_are_refused_with_their_place() {
        let (path, message) = fault(r#"{"a":[0,{"b/c":18446744073709551616}]}"#);
        assert_eq!(path, "/a/1/b~1c");
        assert!(message.contains("string"));
        assert_eq!(fault("-9223372036854775809").0, "");
    }

    #[test]
    fn a_field_that_occurs_twice_is_refused_wherever_it_is() {
        assert_eq!(fault(r#"{"x":{"a":1,"b":[{}],"a":2}}"#).0, "/x/a");
        assert_eq!(fault(r#"{"a":1,"\u0061":2}"#).0, "/a");
    }

    #[test]
    fn a_nul_character_is_refused_in_names_and_in_texts() {
        assert_eq!(fault(r#"{"a":["","\u0000"]}"#).0, "/a/1");
        assert!(check(r#"{"\u0000":1}"#).is_err());
        assert!(check(r#"{"a":"\\u0000"}"#).is_ok());
    }

    #[test]
    fn depth_is_bounded_before_anything_recurses() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(check(&nested(MAX_DEPTH)).is_ok());
        assert!(check(&nested(MAX_DEPTH + 1)).is_err());
        assert!(check(&"[".repeat(1_000_000)).is_err());
        assert!(check(&format!("\"{}\"", "[".repeat(100))).is_ok());
    }

    #[test]
    fn broken_json_and_lone_surrogates_are_refused() {
        for text in
            ["", "{", "{]", "{\"a\":}", "[1,]", "nul", "{} {}", "'a'", r#""\ud800""#, "\"\n\""]
        {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
