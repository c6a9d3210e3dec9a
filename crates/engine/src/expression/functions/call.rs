//! What a function sees of the call that it answers.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::table::{Function, Nulls, Outcome};
use crate::expression::budget::{Budget, Complaint, GrowingList, GrowingText};
use crate::expression::exact::{Exact, MAX_DIGITS, Unfit};
use crate::json::write_text;

/// How many characters of a text an error shows.
const SHOWN_CHARACTERS: usize = 40;

/// Calls a function.
///
/// # Errors
/// What is wrong with which argument and what helps, or which bound was reached.
pub(crate) fn call<'a>(
    function: &'static Function,
    arguments: Vec<Cow<'a, Value>>,
    budget: &Budget,
) -> Outcome<'a> {
    let is_null = match function.nulls {
        Nulls::First => arguments.first().is_some_and(|first| first.is_null()),
        Nulls::Any => arguments.iter().any(|argument| argument.is_null()),
        Nulls::Seen => false,
    };
    if is_null {
        return Ok(Cow::Owned(Value::Null));
    }
    let call = Call { function, arguments, budget };
    call.run()
        .map_err(|Complaint(message)| Complaint(format!("{}: {message}", function.signature())))
}

/// A call: the function, what it is given, and what it may cost.
pub(crate) struct Call<'a, 'b> {
    function: &'static Function,
    pub(super) arguments: Vec<Cow<'a, Value>>,
    pub(super) budget: &'b Budget,
}

static NULL: Value = Value::Null;

impl<'a> Call<'a, '_> {
    fn run(&self) -> Outcome<'a> {
        for argument in &self.arguments {
            self.budget.look(argument)?;
        }
        let outcome = (self.function.body)(self)?;
        if let Cow::Owned(made) = &outcome {
            self.budget.pay(made)?;
        }
        Ok(outcome)
    }

    /// An argument; null when it was left out.
    pub(super) fn value(&self, index: usize) -> &Value {
        self.arguments.get(index).map_or(&NULL, |argument| argument)
    }

    /// Whether an optional argument is given.
    pub(super) fn has(&self, index: usize) -> bool {
        !self.value(index).is_null()
    }

    /// An argument handed on as it is.
    pub(super) fn pass(&self, index: usize) -> Cow<'a, Value> {
        self.arguments.get(index).cloned().unwrap_or_default()
    }

    /// A part of an argument, or null.
    pub(super) fn part(
        &self,
        index: usize,
        pick: impl for<'v> FnOnce(&'v Value) -> Option<&'v Value>,
    ) -> Cow<'a, Value> {
        match self.arguments.get(index) {
            None => Cow::Borrowed(&NULL),
            Some(Cow::Borrowed(value)) => pick(value).map_or(Cow::Borrowed(&NULL), Cow::Borrowed),
            Some(Cow::Owned(value)) => Cow::Owned(pick(value).cloned().unwrap_or_default()),
        }
    }

    /// A text; numbers, `true` and `false` are taken as they are written.
    pub(super) fn text(&self, index: usize) -> Result<Cow<'_, str>, Complaint> {
        match self.value(index) {
            Value::String(text) => Ok(Cow::Borrowed(text)),
            scalar @ (Value::Number(_) | Value::Bool(_)) => Ok(Cow::Owned(written(scalar))),
            Value::Null => Err(self.wrong(index, "a text")),
            Value::Array(_) | Value::Object(_) => {
                Err(self.wrong(index, "a text (toJson makes one of lists and objects)"))
            }
        }
    }

    /// A text that may be left out.
    pub(super) fn text_or<'t>(
        &'t self,
        index: usize,
        usual: &'t str,
    ) -> Result<Cow<'t, str>, Complaint> {
        if self.has(index) { self.text(index) } else { Ok(Cow::Borrowed(usual)) }
    }

    /// A number: of JSON, or a text that is one.
    pub(super) fn number(&self, index: usize) -> Result<Exact, Complaint> {
        self.budget.steps(4)?;
        Exact::of(self.value(index)).map_err(|unfit| match unfit {
            Unfit::NotANumber => self.wrong(index, "a number, or a text of digits"),
            Unfit::TooLong => {
                self.wrong(index, &format!("a number of at most {MAX_DIGITS} digits"))
            }
        })
    }

    /// A number that stands in a list.
    pub(super) fn number_in(&self, item: &Value, place: usize) -> Result<Exact, Complaint> {
        self.budget.steps(4)?;
        Exact::of(item).map_err(|_| {
            Complaint(format!(
                "item {place} must be a number, or a text of digits, and is {}",
                shown(item)
            ))
        })
    }

    /// A whole number from `least` to `most`.
    pub(super) fn whole(&self, index: usize, least: i64, most: i64) -> Result<i64, Complaint> {
        let number = self.number(index)?.small();
        number
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| self.wrong(index, &format!("a whole number from {least} to {most}")))
    }

    /// A whole number from 0 to `most` that may be left out.
    pub(super) fn count_or(&self, index: usize, usual: u32, most: u32) -> Result<u32, Complaint> {
        if !self.has(index) {
            return Ok(usual);
        }
        let number = self.whole(index, 0, most.into())?;
        Ok(u32::try_from(number).unwrap_or(most))
    }

    pub(super) fn list(&self, index: usize) -> Result<&[Value], Complaint> {
        match self.value(index) {
            Value::Array(items) => Ok(items),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Object(_) => Err(self.wrong(index, "a list")),
        }
    }

    pub(super) fn object(&self, index: usize) -> Result<&Map<String, Value>, Complaint> {
        match self.value(index) {
            Value::Object(fields) => Ok(fields),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => Err(self.wrong(index, "an object")),
        }
    }

    /// One of some words; the first of them when it is left out.
    pub(super) fn one_of<T: Copy>(
        &self,
        index: usize,
        words: &[(&str, T)],
    ) -> Result<T, Complaint> {
        let known = || words.iter().map(|(word, _)| format!("'{word}'")).collect::<Vec<_>>();
        let found = match (self.value(index), words.first()) {
            (Value::Null, Some((_, usual))) => return Ok(*usual),
            (Value::String(text), _) => words.iter().find(|(word, _)| word == text),
            (
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_),
                _,
            ) => None,
        };
        let found = found.map(|(_, meaning)| *meaning);
        found.ok_or_else(|| self.wrong(index, &format!("one of {}", known().join(", "))))
    }

    /// What to say of an argument that is not what it must be.
    pub(super) fn wrong(&self, index: usize, expected: &str) -> Complaint {
        let parameters = self.function.parameters;
        let last = parameters.len().saturating_sub(1);
        let name = parameters.get(index.min(last)).map_or("it", |parameter| parameter.name);
        let place = if index > last { format!(" (argument {})", index + 1) } else { String::new() };
        let found = shown(self.value(index));
        Complaint(format!("{name}{place} must be {expected}, and is {found}"))
    }

    pub(super) fn growing_text(&self) -> GrowingText {
        GrowingText::new(self.budget)
    }

    pub(super) fn growing_list(&self) -> GrowingList {
        GrowingList::new(self.budget)
    }
}

/// A value as it stands in a text.
pub(super) fn written(value: &Value) -> String {
    let mut text = String::new();
    write_text(value, &mut text);
    text
}

/// A value that a function made.
#[expect(clippy::unnecessary_wraps, reason = "functions end with it")]
pub(super) fn made<'a>(value: impl Into<Value>) -> Outcome<'a> {
    Ok(Cow::Owned(value.into()))
}

/// A value in a few words, for errors.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null (|| gives it a value: a || 0)".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => {
            let mut short: String =
                text.chars().take(SHOWN_CHARACTERS).flat_map(char::escape_debug).collect();
            if text.chars().nth(SHOWN_CHARACTERS).is_some() {
                short.push('…');
            }
            format!("the text \"{short}\"")
        }
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
