//! `format`: fills `{{@field}}` in a template, once for every item of its data.

use serde_json::Value;

use super::field::{field, optional_text, text, wrong};
use super::logic::Done;
use crate::expression::{Budget, Complaint, Piece, Problem, Scope, Step, Template, path, walk};
use crate::json::{Excess, Json, MAX_VALUE_BYTES, write_text};

/// What stands between two items.
const SEPARATOR: &str = "\n";

/// A template whose expressions have values, and whose placeholders have not.
enum Segment {
    Text(String),
    Field(Vec<Step>),
}

pub(super) fn check(payload: &Value) -> Result<(), Problem> {
    text(payload, "template")?;
    optional_text(payload, "separator")?;
    data(payload).map(drop)
}

/// The placeholders are taken from the authored template, never from a text that an expression
/// brought in.
pub(super) fn format(template: &Template, scope: Scope<'_>, input: &Json) -> Result<Done, Problem> {
    let separator = optional_text(input, "separator")?.unwrap_or(SEPARATOR);
    let literal = text(input, "template")?;
    let segments =
        segments(template, scope)?.unwrap_or_else(|| vec![Segment::Text(literal.into())]);
    let mut formatted = String::new();
    for (index, item) in data(input)?.iter().enumerate() {
        if index > 0 {
            formatted.push_str(separator);
        }
        for segment in &segments {
            match segment {
                Segment::Text(text) => formatted.push_str(text),
                Segment::Field(steps) => {
                    if let Some(value) = walk(item, steps) {
                        write_text(value, &mut formatted);
                    }
                }
            }
            if formatted.len() > MAX_VALUE_BYTES {
                return Err(Problem::new("/template", format!("the text {}", Excess::Size)));
            }
        }
    }
    Ok(Done::with([("formatted", formatted.into())]))
}

/// The items: those of a list, or the one object.
fn data(payload: &Value) -> Result<&[Value], Problem> {
    match field(payload, "data")? {
        Value::Array(items) => Ok(items),
        object @ Value::Object(_) => Ok(std::slice::from_ref(object)),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            Err(wrong("data", "a list or an object", other))
        }
    }
}

/// The authored template in segments; none when it is one expression or has no placeholders.
fn segments(template: &Template, scope: Scope<'_>) -> Result<Option<Vec<Segment>>, Problem> {
    let Template::Map(fields) = template else { return Ok(None) };
    let Some((_, Template::Text(pieces))) = fields.iter().find(|(name, _)| name == "template")
    else {
        return Ok(None);
    };
    let budget = Budget::new();
    let segment = |piece: &Piece| match piece {
        Piece::Literal(text) => Ok(Segment::Text(text.clone())),
        Piece::Placeholder(field) => Ok(Segment::Field(path(field))),
        Piece::Expression(expression) => {
            let value = scope.value(expression, &budget);
            let value = value.map_err(|Complaint(message)| Problem::new("/template", message))?;
            let mut text = String::new();
            write_text(&value, &mut text);
            Ok(Segment::Text(text))
        }
    };
    pieces.iter().map(segment).collect::<Result<_, _>>().map(Some)
}
