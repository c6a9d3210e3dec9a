//! Tokens in, expression out.

use serde_json::{Number, Value};

use super::ast::{Expression, Part, Reference, Source, Step};
use super::lexer::{Token, TokenKind, tokens};
use crate::definition::NodeId;
use crate::diagnostic::did_you_mean;

/// How long an expression may be, in bytes between the braces.
pub(crate) const MAX_EXPRESSION_LENGTH: usize = 8 * 1024;

/// How many steps a path may have, and how many alternatives a fallback.
pub(crate) const MAX_EXPRESSION_DEPTH: usize = 32;

/// Why a text is not an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    /// In characters from 1, from the opening braces on.
    pub(crate) position: usize,
    pub(crate) message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    Syntax,
    UnknownName,
}

const NAMES: [&str; 6] = ["$trigger", "$props", "$inputs", "$nodes", "$workflow", "$workflowId"];
const TRIGGER_FIELDS: [&str; 4] = ["body", "headers", "source", "type"];
const PARTS: [(&str, Part); 3] =
    [("result", Part::Result), ("payload", Part::Payload), ("error", Part::Error)];

/// Reads the text between the braces.
pub(crate) fn parse(text: &str) -> Result<Expression, Fault> {
    if text.len() > MAX_EXPRESSION_LENGTH {
        let message = format!(
            "the expression is longer than {MAX_EXPRESSION_LENGTH} bytes; shorten it, or prepare \
             the value in a node before"
        );
        return Err(Fault { kind: FaultKind::Syntax, position: 1, message });
    }
    let end = text.chars().count() + 1;
    let mut parser = Parser { tokens: tokens(text)?, at: 0, end };
    let expression = parser.fallback()?;
    match parser.next() {
        None => Ok(expression),
        Some(token) => Err(syntax(
            token.position,
            "the expression goes on where it should end; join two values with || or use two \
             expressions",
        )),
    }
}

/// Reads a path of field names as `format`, `filter` and `pluck` use it: `owner.name`, `rows.0`.
pub(crate) fn path(text: &str) -> Vec<Step> {
    text.split('.').filter(|name| !name.is_empty()).map(Step::key).collect()
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    end: usize,
}

impl Parser {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn peek(&self) -> Option<&TokenKind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn position(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end, |token| token.position)
    }

    fn fallback(&mut self) -> Result<Expression, Fault> {
        let mut choices = vec![self.value()?];
        while self.peek() == Some(&TokenKind::Or) {
            self.at += 1;
            if choices.len() >= MAX_EXPRESSION_DEPTH {
                let most = format!("a fallback has at most {MAX_EXPRESSION_DEPTH} alternatives");
                return Err(syntax(self.position(), &most));
            }
            choices.push(self.value()?);
        }
        match choices.len() {
            1 => Ok(choices.remove(0)),
            _ => Ok(Expression::Fallback(choices)),
        }
    }

    fn value(&mut self) -> Result<Expression, Fault> {
        let position = self.position();
        match self.next().map(|token| token.kind) {
            Some(TokenKind::Text(text)) => Ok(Expression::Literal(Value::String(text))),
            Some(TokenKind::Word(word)) => self.word(&word, position),
            Some(TokenKind::Dot | TokenKind::Open | TokenKind::Close | TokenKind::Or) | None => {
                Err(syntax(
                    position,
                    "a value is missing here: a path like $trigger.body.id, a quoted text, a \
                     number, true, false or null",
                ))
            }
        }
    }

    fn word(&mut self, word: &str, position: usize) -> Result<Expression, Fault> {
        match word {
            "true" => return Ok(Expression::Literal(Value::Bool(true))),
            "false" => return Ok(Expression::Literal(Value::Bool(false))),
            "null" => return Ok(Expression::Literal(Value::Null)),
            _ => {}
        }
        if word.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
            return self.number(word, position);
        }
        let path = self.steps()?;
        reference(word, path, position).map(Expression::Reference)
    }

    /// Numbers are words; the dot of a fraction is a token of its own.
    fn number(&mut self, word: &str, position: usize) -> Result<Expression, Fault> {
        let mut text = word.to_owned();
        if self.peek() == Some(&TokenKind::Dot) {
            self.at += 1;
            match self.next().map(|token| token.kind) {
                Some(TokenKind::Word(fraction)) => {
                    text.push('.');
                    text.push_str(&fraction);
                }
                Some(_) | None => text.push('.'),
            }
        }
        let number: Option<Number> = serde_json::from_str(&text).ok();
        number.map(|number| Expression::Literal(Value::Number(number))).ok_or_else(|| {
            let cure = format!("\"{text}\" is not a number; put texts in quotes");
            syntax(position, &cure)
        })
    }

    fn steps(&mut self) -> Result<Vec<Step>, Fault> {
        let mut steps = Vec::new();
        loop {
            let step = match self.peek() {
                Some(TokenKind::Dot) => self.dotted()?,
                Some(TokenKind::Open) => self.bracketed()?,
                Some(
                    TokenKind::Word(_) | TokenKind::Text(_) | TokenKind::Close | TokenKind::Or,
                )
                | None => return Ok(steps),
            };
            if steps.len() >= MAX_EXPRESSION_DEPTH {
                let most = format!("a path has at most {MAX_EXPRESSION_DEPTH} steps");
                return Err(syntax(self.position(), &most));
            }
            steps.push(step);
        }
    }

    fn dotted(&mut self) -> Result<Step, Fault> {
        self.at += 1;
        let position = self.position();
        match self.next().map(|token| token.kind) {
            Some(TokenKind::Word(name)) => Ok(Step::key(&name)),
            Some(_) | None => Err(syntax(
                position,
                "a field name is missing after the dot; other names go into brackets: ['a b']",
            )),
        }
    }

    fn bracketed(&mut self) -> Result<Step, Fault> {
        self.at += 1;
        let position = self.position();
        let step = match self.next().map(|token| token.kind) {
            Some(TokenKind::Word(index)) => index.parse().ok().map(Step::Index),
            Some(TokenKind::Text(name)) => Some(Step::Key { name: name.into(), index: None }),
            Some(TokenKind::Dot | TokenKind::Open | TokenKind::Close | TokenKind::Or) | None => {
                None
            }
        };
        let step = step.ok_or_else(|| {
            syntax(position, "brackets hold a list index or a quoted name: [0], ['a b']")
        })?;
        let position = self.position();
        match self.next().map(|token| token.kind) {
            Some(TokenKind::Close) => Ok(step),
            Some(_) | None => Err(syntax(position, "the bracket is not closed: add ]")),
        }
    }
}

/// Tells what a path begins with, and takes the steps away that say so.
fn reference(word: &str, mut path: Vec<Step>, position: usize) -> Result<Reference, Fault> {
    let source = match word {
        "$trigger" => {
            if let Some(field) = path.first().map(Step::name) {
                known_field("$trigger", field, &TRIGGER_FIELDS, position)?;
            }
            Source::Trigger
        }
        "$props" => Source::Props,
        "$inputs" => Source::Inputs,
        "$workflowId" => Source::WorkflowId,
        "$workflow" => match take(&mut path).as_deref() {
            Some("id") => Source::WorkflowId,
            Some("version") => Source::WorkflowVersion,
            field => {
                known_field("$workflow", field.unwrap_or(""), &["id", "version"], position)?;
                Source::WorkflowId
            }
        },
        "$nodes" => match take(&mut path) {
            Some(id) => node(&id, &mut path, "$nodes.", position)?,
            None => return Err(syntax(position, "name the node: $nodes.<id>.result")),
        },
        name if name.starts_with('$') => {
            let known = NAMES.join(", ");
            let near = did_you_mean(name, NAMES.into_iter());
            let message = format!("the name {name} is not known{near} (known are {known})");
            return Err(Fault { kind: FaultKind::UnknownName, position, message });
        }
        id => node(id, &mut path, "", position)?,
    };
    Ok(Reference { source, path, position })
}

fn node(id: &str, path: &mut Vec<Step>, prefix: &str, position: usize) -> Result<Source, Fault> {
    let field = take(path);
    let part = PARTS.into_iter().find(|(name, _)| field.as_deref() == Some(*name));
    match (part, field) {
        (Some((_, part)), _) => Ok(Source::Node { id: NodeId::from(id), part }),
        (None, Some(field)) => {
            let names = PARTS.map(|(name, _)| name);
            known_field(&format!("{prefix}{id}"), &field, &names, position)?;
            Err(syntax(position, "name a part of the node"))
        }
        (None, None) => Err(syntax(
            position,
            &format!(
                "say what of node {id} is meant: {prefix}{id}.result; texts go into quotes: \"{id}\""
            ),
        )),
    }
}

fn known_field(owner: &str, field: &str, known: &[&str], position: usize) -> Result<(), Fault> {
    if known.contains(&field) {
        return Ok(());
    }
    let near = did_you_mean(field, known.iter().copied());
    let known = known.join(", ");
    let message = format!("{owner} has no field \"{field}\"{near} (it has {known})");
    Err(Fault { kind: FaultKind::UnknownName, position, message })
}

fn take(path: &mut Vec<Step>) -> Option<String> {
    (!path.is_empty()).then(|| path.remove(0).name().to_owned())
}

fn syntax(position: usize, message: &str) -> Fault {
    Fault { kind: FaultKind::Syntax, position, message: message.to_owned() }
}
