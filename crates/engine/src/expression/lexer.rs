//! The text of an expression, cut into tokens.

use super::parser::{Fault, FaultKind};

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
    Dot,
    Open,
    Close,
    Or,
}

/// Cuts an expression into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        let position = at + 1;
        let kind = match character {
            space if space.is_whitespace() => {
                at += 1;
                continue;
            }
            '.' => single(&mut at, TokenKind::Dot),
            '[' => single(&mut at, TokenKind::Open),
            ']' => single(&mut at, TokenKind::Close),
            '|' if characters.get(at + 1) == Some(&'|') => {
                at += 2;
                TokenKind::Or
            }
            '\'' | '"' => TokenKind::Text(quoted(&characters, &mut at)?),
            letter if is_word(letter) => {
                let end = characters[at..].iter().position(|next| !is_word(*next));
                let end = end.map_or(characters.len(), |length| at + length);
                let word = characters[at..end].iter().collect();
                at = end;
                TokenKind::Word(word)
            }
            '|' => return Err(fault(position, "a fallback is written with two bars: a || b")),
            '@' => {
                let cure = "{{@field}} belongs into the template of a format node, nowhere else";
                return Err(fault(position, cure));
            }
            other => {
                return Err(Fault {
                    kind: FaultKind::Syntax,
                    position,
                    message: format!(
                        "\"{}\" has no meaning here; expressions are paths like \
                         $trigger.body.id, literals, and || between them",
                        other.escape_debug()
                    ),
                });
            }
        };
        tokens.push(Token { kind, position });
    }
    Ok(tokens)
}

fn single(at: &mut usize, kind: TokenKind) -> TokenKind {
    *at += 1;
    kind
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '$')
}

fn fault(position: usize, message: &str) -> Fault {
    Fault { kind: FaultKind::Syntax, position, message: message.to_owned() }
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
    Err(fault(opened + 1, "the quoted text has no end: close it with the quote that opened it"))
}
