//! What an entry of the table is, and how it is found.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use super::call::Call;
use super::{
    arithmetic, digest, encode, json, list, logic, number, object, sequence, text, time, unit,
};
use crate::diagnostic::did_you_mean;
use crate::expression::budget::Complaint;

/// A function of expressions.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) parameters: &'static [Parameter],
    /// One sentence for the reference.
    pub(crate) about: &'static str,
    /// Calls and the JSON that they give.
    pub(crate) examples: &'static [(&'static str, &'static str)],
    pub(crate) nulls: Nulls,
    pub(super) body: Body,
}

/// What a function does.
pub(super) type Body = for<'a> fn(&Call<'a, '_>) -> Outcome<'a>;

/// What a function gives.
pub(super) type Outcome<'a> = Result<Cow<'a, Value>, Complaint>;

/// What a function wants.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) need: Need,
}

/// Whether an argument must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    Required,
    /// May be left out, and is then as good as null.
    Optional,
    /// As many as one likes, but at least one.
    Rest,
    /// As many as one likes, or none.
    Any,
}

/// What a function makes of null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nulls {
    /// When its first argument is null there is nothing to work on: it gives null.
    First,
    /// When any argument is null, it gives null.
    Any,
    /// It has an answer for null.
    Seen,
}

/// A chapter of the reference.
pub(crate) struct Subject {
    pub(crate) title: &'static str,
    pub(crate) functions: &'static [Function],
}

/// All functions, by subject.
pub(crate) static SUBJECTS: [Subject; 12] = [
    Subject { title: "Texts", functions: text::FUNCTIONS },
    Subject { title: "Texts and lists alike", functions: sequence::FUNCTIONS },
    Subject { title: "Calculating", functions: &arithmetic::FUNCTIONS },
    Subject { title: "Numbers", functions: number::FUNCTIONS },
    Subject { title: "Units of tokens", functions: unit::FUNCTIONS },
    Subject { title: "Lists", functions: list::FUNCTIONS },
    Subject { title: "Objects", functions: object::FUNCTIONS },
    Subject { title: "Types, null, true and false", functions: logic::FUNCTIONS },
    Subject { title: "JSON", functions: json::FUNCTIONS },
    Subject { title: "Time", functions: time::FUNCTIONS },
    Subject { title: "Digests and addresses", functions: digest::FUNCTIONS },
    Subject { title: "Encodings", functions: encode::FUNCTIONS },
];

/// The function of that name.
///
/// # Errors
/// What to tell the author when there is none.
pub(crate) fn find(name: &str) -> Result<&'static Function, String> {
    let all = || SUBJECTS.iter().flat_map(|subject| subject.functions);
    all().find(|function| function.name == name).ok_or_else(|| {
        let near = did_you_mean(name, all().map(|function| function.name));
        let short: String = name.chars().take(64).collect();
        format!("there is no function \"{short}\"{near} (the reference of expressions lists them)")
    })
}

impl Function {
    /// Whether it can be called with so many arguments.
    ///
    /// # Errors
    /// What it takes, in words.
    pub(crate) fn accepts(&self, count: usize) -> Result<(), String> {
        let wanted = |need| self.parameters.iter().filter(|known| known.need == need).count();
        let least = wanted(Need::Required) + wanted(Need::Rest);
        let has_end = wanted(Need::Rest) + wanted(Need::Any) == 0;
        let most = has_end.then_some(self.parameters.len());
        if count >= least && most.is_none_or(|most| count <= most) {
            return Ok(());
        }
        let takes = match most {
            None => format!("at least {least}"),
            Some(most) if most == least => least.to_string(),
            Some(most) => format!("{least} to {most}"),
        };
        Err(format!(
            "{} takes {takes} arguments and is given {count}: {}",
            self.name,
            self.signature()
        ))
    }

    /// How it is called: `padStart(text, length, fill?)`.
    pub(crate) fn signature(&self) -> String {
        let parameters: Vec<String> = self
            .parameters
            .iter()
            .map(|parameter| match parameter.need {
                Need::Required => parameter.name.to_owned(),
                Need::Optional => format!("{}?", parameter.name),
                Need::Rest | Need::Any => format!("{}…", parameter.name),
            })
            .collect();
        format!("{}({})", self.name, parameters.join(", "))
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

pub(super) const fn required(name: &'static str) -> Parameter {
    Parameter { name, need: Need::Required }
}

pub(super) const fn optional(name: &'static str) -> Parameter {
    Parameter { name, need: Need::Optional }
}

pub(super) const fn rest(name: &'static str) -> Parameter {
    Parameter { name, need: Need::Rest }
}

pub(super) const fn any(name: &'static str) -> Parameter {
    Parameter { name, need: Need::Any }
}
