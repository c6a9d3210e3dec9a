//! Expressions: comparisons of parameters, tied by `AND`, `OR` and parentheses, as conditions of
//! workflows.

use std::str::FromStr as _;

use alloy_primitives::Address;
use serde_json::{Value, json};

/// How deep parentheses may stand in each other.
const MAX_DEPTH: usize = 32;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Open,
    Close,
    And,
    Or,
    Operator(&'static str),
    Word(String),
    Text(String),
}

/// The operators, the longer ones first, with what they are called in conditions.
const SIGNS: [(&str, &str); 6] =
    [("==", "$eq"), ("!=", "$ne"), (">=", "$gte"), ("<=", "$lte"), (">", "$gt"), ("<", "$lt")];
const WORDS: [(&str, &str); 3] =
    [("starts_with", "$startsWith"), ("ends_with", "$endsWith"), ("contains", "$contains")];

/// An expression as a condition: `$and` or `$or` over comparisons. `left` says what a parameter is
/// called there, or why it is not known.
///
/// # Errors
/// Why it cannot be carried over.
pub(super) fn condition(
    expression: &str,
    left: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Value, String> {
    let tokens = tokens(expression)?;
    let mut reader = Reader { tokens: &tokens, at: 0, left };
    let read = reader.either(0)?;
    if reader.at < tokens.len() {
        return Err(format!("`{expression}` goes on where it should end"));
    }
    Ok(if read.get("$and").is_some() || read.get("$or").is_some() {
        read
    } else {
        json!({ "$and": [read] })
    })
}

fn tokens(expression: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '\'' | '"' => {
                let inside = &rest[1..];
                let end = inside.find(first).ok_or_else(|| format!("a text has no end: {rest}"))?;
                (Token::Text(inside[..end].to_owned()), end + 2)
            }
            _ => match SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
                Some((sign, name)) => (Token::Operator(name), sign.len()),
                None => word(rest)?,
            },
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn word(rest: &str) -> Result<(Token, usize), String> {
    let inside = |it: char| it.is_alphanumeric() || "_.-[]".contains(it);
    let end = rest.find(|it| !inside(it)).unwrap_or(rest.len());
    let word = &rest[..end];
    if word.is_empty() {
        return Err(format!("`{rest}` cannot be read"));
    }
    let operator = WORDS.iter().find(|(name, _)| *name == word);
    let token = match (operator, word) {
        (Some((_, name)), _) => Token::Operator(name),
        (None, "AND" | "and") => Token::And,
        (None, "OR" | "or") => Token::Or,
        (None, _) => Token::Word(word.to_owned()),
    };
    Ok((token, end))
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    left: &'a dyn Fn(&str) -> Result<String, String>,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<&Token> {
        let token = self.tokens.get(self.at);
        self.at += 1;
        token
    }

    fn takes(&mut self, token: &Token) -> bool {
        let there = self.tokens.get(self.at) == Some(token);
        self.at += usize::from(there);
        there
    }

    fn either(&mut self, depth: usize) -> Result<Value, String> {
        self.joined(&Token::Or, "$or", |reader| {
            reader.joined(&Token::And, "$and", |reader| reader.one(depth))
        })
    }

    fn joined(
        &mut self,
        by: &Token,
        name: &str,
        part: impl Fn(&mut Self) -> Result<Value, String>,
    ) -> Result<Value, String> {
        let mut parts = vec![part(self)?];
        while self.takes(by) {
            parts.push(part(self)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { json!({ name: parts }) })
    }

    fn one(&mut self, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err(format!("parentheses stand in each other more than {MAX_DEPTH} times"));
        }
        if self.takes(&Token::Open) {
            let inside = self.either(depth + 1)?;
            return if self.takes(&Token::Close) {
                Ok(inside)
            } else {
                Err("a parenthesis is not closed".to_owned())
            };
        }
        let left = match self.next() {
            Some(Token::Word(name)) => name.clone(),
            Some(
                Token::Open
                | Token::Close
                | Token::And
                | Token::Or
                | Token::Operator(_)
                | Token::Text(_),
            )
            | None => return Err("a comparison begins with the name of a parameter".to_owned()),
        };
        let Some(Token::Operator(operator)) = self.next().cloned() else {
            return Err(format!("`{left}` is compared with nothing"));
        };
        let right = match self.next() {
            Some(Token::Word(word)) => literal(word),
            Some(Token::Text(text)) => text_of(text),
            Some(Token::Open | Token::Close | Token::And | Token::Or | Token::Operator(_))
            | None => {
                return Err(format!("`{left}` is compared with nothing"));
            }
        };
        let name = (self.left)(&left)?;
        Ok(json!({ name: { operator: right } }))
    }
}

/// A literal without quotes: numbers stay decimal texts, so that none loses digits.
fn literal(word: &str) -> Value {
    match word {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => text_of(word),
    }
}

/// A text; addresses have their checksum, as triggers tell them.
fn text_of(text: &str) -> Value {
    match Address::from_str(text) {
        Ok(address) if text.starts_with("0x") => address.to_checksum(None).into(),
        Ok(_) | Err(_) => text.into(),
    }
}
