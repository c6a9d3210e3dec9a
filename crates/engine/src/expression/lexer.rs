//! The text of an expression, cut into tokens.

use super::parser::{Fault, FaultKind, MAX_TOKENS};

/// A token and where it begins, in characters from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) position: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name, a keyword or digits: letters, digits, `_`, `-` and `$`.
    Word(String),
    /// A quoted text, without its quotes.
    Text(String),
    Sign(Sign),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Dot,
    /// `[`
    Open,
    /// `]`
    Close,
    /// `(`
    Begin,
    /// `)`
    End,
    Comma,
    Question,
    Colon,
    Or,
    And,
    Not,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Over,
    Remainder,
}

/// The signs, longer ones before those that they begin with. A minus is told from a hyphen by
/// [`minus`].
const SIGNS: [(&str, Sign); 21] = [
    ("||", Sign::Or),
    ("&&", Sign::And),
    ("==", Sign::Equal),
    ("!=", Sign::NotEqual),
    ("<=", Sign::LessOrEqual),
    (">=", Sign::GreaterOrEqual),
    ("<", Sign::Less),
    (">", Sign::Greater),
    ("!", Sign::Not),
    (".", Sign::Dot),
    ("[", Sign::Open),
    ("]", Sign::Close),
    ("(", Sign::Begin),
    (")", Sign::End),
    (",", Sign::Comma),
    ("?", Sign::Question),
    (":", Sign::Colon),
    ("+", Sign::Plus),
    ("*", Sign::Times),
    ("/", Sign::Over),
    ("%", Sign::Remainder),
];

/// Cuts an expression into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        if character.is_whitespace() {
            at += 1;
            continue;
        }
        let position = at + 1;
        let kind = token(&characters, &mut at)?;
        if tokens.len() >= MAX_TOKENS {
            let message = format!(
                "the expression has more than {MAX_TOKENS} words and signs; prepare a part of it \
                 in a node before"
            );
            return Err(fault(position, message));
        }
        tokens.push(Token { kind, position });
    }
    Ok(tokens)
}

fn token(characters: &[char], at: &mut usize) -> Result<TokenKind, Fault> {
    let rest = &characters[*at..];
    match rest[0] {
        '\'' | '"' => return Ok(TokenKind::Text(quoted(characters, at)?)),
        '-' => {
            if let Some(kind) = minus(rest, *at + 1)? {
                *at += 1;
                return Ok(kind);
            }
        }
        _ => {}
    }
    if is_word(rest[0]) {
        let end = rest.iter().position(|next| !is_word(*next)).unwrap_or(rest.len());
        *at += end;
        return Ok(TokenKind::Word(rest[..end].iter().collect()));
    }
    let begins = |sign: &str| sign.chars().enumerate().all(|(i, c)| rest.get(i) == Some(&c));
    if let Some((sign, kind)) = SIGNS.into_iter().find(|(sign, _)| begins(sign)) {
        *at += sign.len();
        return Ok(TokenKind::Sign(kind));
    }
    let cure = match rest[0] {
        '|' => "a fallback is written with two bars: a || b".to_owned(),
        '&' => "\"and\" is written with two signs: a && b".to_owned(),
        '=' => "equality is asked for with two signs: a == b".to_owned(),
        '@' => "{{@field}} belongs into the template of a format node, nowhere else".to_owned(),
        other => format!(
            "\"{}\" has no meaning here; expressions are paths like $trigger.body.id, literals, \
             functions like length(…), and operators between them",
            other.escape_debug()
        ),
    };
    Err(fault(*at + 1, cure))
}

/// What a hyphen at the beginning of a token is: the sign between two values when a space follows,
/// and otherwise the beginning of a number. Inside a word it belongs to the word, for node ids hold
/// hyphens.
fn minus(rest: &[char], position: usize) -> Result<Option<TokenKind>, Fault> {
    match rest.get(1) {
        Some(next) if next.is_whitespace() => Ok(Some(TokenKind::Sign(Sign::Minus))),
        Some(next) if next.is_ascii_digit() => Ok(None),
        Some(_) | None => {
            let cure = "a minus stands before a number, as in -1, or with spaces on both sides \
                        between two values, as in a - b; what is less than nothing is 0 - a";
            Err(fault(position, cure.to_owned()))
        }
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '$')
}

fn fault(position: usize, message: String) -> Fault {
    Fault { kind: FaultKind::Syntax, position, message }
}

/// Reads a quoted text from its opening quote on; a backslash takes the next character as it is.
fn quoted(characters: &[char], at: &mut usize) -> Result<String, Fault> {
    let opened = *at;
    let quote = characters[opened];
    let mut text = String::new();
    *at += 1;
    while let Some(&character) = characters.get(*at) {
        *at += 1;
        match character {
            '\\' => match characters.get(*at) {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(other) => text.push(*other),
                None => break,
            },
            end if end == quote => return Ok(text),
            other => {
                text.push(other);
                continue;
            }
        }
        *at += 1;
    }
    let cure = "the quoted text has no end: close it with the quote that opened it";
    Err(fault(opened + 1, cure.to_owned()))
}
