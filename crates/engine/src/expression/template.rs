//! Payloads with expressions in them: found once, filled in at each execution.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::ast::Expression;
use super::budget::{Budget, Complaint};
use super::eval::Scope;
use super::parser::{Fault, FaultKind, parse};
use crate::json::{Json, MAX_VALUE_BYTES, spend_on, within_limits, write_text};
use crate::pointer::below;

/// A payload, read for expressions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Template {
    /// Nothing to fill in.
    Fixed(Json),
    /// One expression and nothing else: its value keeps its type.
    Whole(Expression),
    /// A text with expressions in it.
    Text(Vec<Piece>),
    List(Vec<Template>),
    Map(Vec<(String, Template)>),
    /// A text whose expressions cannot be read.
    Broken(Fault),
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece {
    Literal(String),
    Expression(Expression),
    /// `{{@field}}`, which only the template of a format node has.
    Placeholder(String),
}

/// What is wrong with a payload, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// JSON pointer inside the payload.
    pub(crate) path: String,
    pub(crate) message: String,
}

/// Whether a text holds an expression, so that its value is known at run time only.
pub fn has_expression(text: &str) -> bool {
    text.contains("{{")
}

/// Whether `{{@field}}` is meant for a format node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placeholders {
    Kept,
    Refused,
}

impl Template {
    /// Reads a payload.
    pub(crate) fn of(payload: &Json) -> Self {
        let template = Self::inside(payload);
        if template.is_fixed() { Self::Fixed(Arc::clone(payload)) } else { template }
    }

    /// Reads the payload of a format node, whose `template` has placeholders.
    pub(crate) fn of_format(payload: &Json) -> Self {
        let Value::Object(fields) = &**payload else { return Self::of(payload) };
        let read = |(key, field): (&String, &Value)| match field.as_str() {
            Some(text) if key == "template" => (key.clone(), Self::text(text, Placeholders::Kept)),
            Some(_) | None => (key.clone(), Self::inside(field)),
        };
        Self::Map(fields.iter().map(read).collect())
    }

    /// Fills in what the run has to say.
    pub(crate) fn resolve(&self, scope: Scope<'_>) -> Result<Json, Problem> {
        let resolved = match self {
            Self::Fixed(value) => Arc::clone(value),
            Self::Whole(_) | Self::Text(_) | Self::List(_) | Self::Map(_) | Self::Broken(_) => {
                let mut filling = Filling::new(scope);
                let budget = Budget::new();
                Arc::new(filling.fill(self, &budget)?)
            }
        };
        match within_limits(&resolved) {
            Ok(()) => Ok(resolved),
            Err(excess) => {
                Err(Problem { path: String::new(), message: format!("the payload {excess}") })
            }
        }
    }

    /// Calls `each` for every expression, readable or not, with its place in the payload.
    pub(crate) fn expressions(
        &self,
        path: &str,
        each: &mut impl FnMut(&str, Result<&Expression, &Fault>),
    ) {
        match self {
            Self::Fixed(_) => {}
            Self::Whole(expression) => each(path, Ok(expression)),
            Self::Broken(fault) => each(path, Err(fault)),
            Self::Text(pieces) => {
                for piece in pieces {
                    match piece {
                        Piece::Expression(expression) => each(path, Ok(expression)),
                        Piece::Literal(_) | Piece::Placeholder(_) => {}
                    }
                }
            }
            Self::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.expressions(&below(path, &index.to_string()), each);
                }
            }
            Self::Map(fields) => {
                for (key, field) in fields {
                    field.expressions(&below(path, key), each);
                }
            }
        }
    }

    /// Reads one text.
    pub(crate) fn text(text: &str, placeholders: Placeholders) -> Self {
        match pieces(text, placeholders) {
            Err(fault) => Self::Broken(fault),
            Ok(mut pieces) => match pieces.as_slice() {
                [] => Self::Fixed(Arc::new(Value::String(String::new()))),
                [Piece::Literal(text)] => Self::Fixed(Arc::new(Value::String(text.clone()))),
                [Piece::Expression(_)] => match pieces.pop() {
                    Some(Piece::Expression(expression)) => Self::Whole(expression),
                    Some(Piece::Literal(_) | Piece::Placeholder(_)) | None => Self::Text(pieces),
                },
                _ => Self::Text(pieces),
            },
        }
    }

    fn inside(value: &Value) -> Self {
        let template = match value {
            Value::String(text) if has_expression(text) => Self::text(text, Placeholders::Refused),
            Value::Array(items) => Self::List(items.iter().map(Self::inside).collect()),
            Value::Object(fields) => {
                let read = |(key, field): (&String, &Value)| (key.clone(), Self::inside(field));
                Self::Map(fields.iter().map(read).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                return Self::Fixed(Arc::new(value.clone()));
            }
        };
        let fixed = match &template {
            Self::List(items) => items.iter().all(Self::is_fixed),
            Self::Map(fields) => fields.iter().all(|(_, field)| field.is_fixed()),
            Self::Fixed(_) | Self::Whole(_) | Self::Text(_) | Self::Broken(_) => false,
        };
        if fixed { Self::Fixed(Arc::new(value.clone())) } else { template }
    }

    fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed(_))
    }
}

/// Cuts a text into what stands and what is filled in.
pub(crate) fn pieces(text: &str, placeholders: Placeholders) -> Result<Vec<Piece>, Fault> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find("{{") {
        let before = text.len() - rest.len() + open;
        if open > 0 {
            pieces.push(Piece::Literal(rest[..open].to_owned()));
        }
        let inner = &rest[open + 2..];
        let close = end_of_expression(inner).ok_or_else(|| Fault {
            kind: FaultKind::Syntax,
            position: text[..before].chars().count() + 1,
            message: "the expression is not closed: add }}; two braces that mean themselves are \
                      written {{ '{{' }}"
                .to_owned(),
        })?;
        let expression = &inner[..close];
        pieces.push(match expression.trim().strip_prefix('@') {
            Some(field) if placeholders == Placeholders::Kept => {
                Piece::Placeholder(field.trim().to_owned())
            }
            Some(_) | None => Piece::Expression(parse(expression).map_err(|fault| Fault {
                // From the beginning of the text, past the two braces.
                position: text[..before].chars().count() + 2 + fault.position,
                ..fault
            })?),
        });
        rest = &inner[close + 2..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    Ok(pieces)
}

/// Where `}}` closes the expression, in bytes; braces inside quotes do not.
fn end_of_expression(text: &str) -> Option<usize> {
    if text.trim_start().starts_with('@') {
        return text.find("}}");
    }
    let mut quote = None;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => {
                characters.next();
            }
            (Some(open), character) if open == character => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, '}') if matches!(characters.peek(), Some((_, '}'))) => return Some(at),
            (Some(_) | None, _) => {}
        }
    }
    None
}

/// One filling-in of a payload.
struct Filling<'a> {
    scope: Scope<'a>,
    /// Bytes that looked-up values may still take.
    left: usize,
    path: String,
}

impl<'a> Filling<'a> {
    fn new(scope: Scope<'a>) -> Self {
        Self { scope, left: MAX_VALUE_BYTES, path: String::new() }
    }

    fn fill(&mut self, template: &'a Template, budget: &Budget) -> Result<Value, Problem> {
        match template {
            Template::Fixed(value) => Ok((**value).clone()),
            Template::Whole(expression) => {
                let value = self.value(expression, budget)?;
                Ok(value.into_owned())
            }
            Template::Text(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Literal(literal) => text.push_str(literal),
                        Piece::Placeholder(field) => {
                            text.push_str("{{@");
                            text.push_str(field);
                            text.push_str("}}");
                        }
                        Piece::Expression(expression) => {
                            write_text(&*self.value(expression, budget)?, &mut text);
                        }
                    }
                }
                Ok(Value::String(text))
            }
            Template::List(items) => {
                let mut filled = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    filled.push(self.step(&index.to_string(), item, budget)?);
                }
                Ok(Value::Array(filled))
            }
            Template::Map(fields) => {
                let mut filled = Map::new();
                for (key, field) in fields {
                    filled.insert(key.clone(), self.step(key, field, budget)?);
                }
                Ok(Value::Object(filled))
            }
            Template::Broken(fault) => Err(self.problem(&fault.message)),
        }
    }

    /// The value of an expression, which is paid for.
    fn value(
        &mut self,
        expression: &'a Expression,
        budget: &Budget,
    ) -> Result<Cow<'a, Value>, Problem> {
        let value = self.scope.value(expression, budget);
        let value = value.map_err(|Complaint(message)| self.problem(&message))?;
        self.spend(&value)?;
        Ok(value)
    }

    fn step(
        &mut self,
        key: &str,
        template: &'a Template,
        budget: &Budget,
    ) -> Result<Value, Problem> {
        if let Template::Fixed(value) = template {
            return Ok((**value).clone());
        }
        let before = self.path.len();
        self.path = below(&self.path, key);
        let value = self.fill(template, budget)?;
        self.path.truncate(before);
        Ok(value)
    }

    fn spend(&mut self, value: &Value) -> Result<(), Problem> {
        match spend_on(value, self.left) {
            Ok(left) => {
                self.left = left;
                Ok(())
            }
            Err(excess) => Err(self.problem(&format!("the value of its expression {excess}"))),
        }
    }

    fn problem(&self, message: &str) -> Problem {
        Problem { path: self.path.clone(), message: message.to_owned() }
    }
}
