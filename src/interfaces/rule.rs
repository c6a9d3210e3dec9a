//! What an answer to one field must hold to.

use std::cmp::Ordering;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::component::FieldType;
use super::condition::{is_empty, same};

/// How long a pattern may be, in bytes; and how much memory it may take once compiled.
const MAX_PATTERN: usize = 500;
const MAX_COMPILED: usize = 64 * 1024;
/// How many values a set may have.
const MAX_SET: usize = 200;

/// What is held against the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum RuleType {
    /// It is there. A boolean has to be `true`.
    Required,
    /// It looks like an e-mail address.
    Email,
    /// It has at least `value` characters, or choices.
    MinLength,
    /// It has at most `value` characters, or choices.
    MaxLength,
    /// The pattern `value` is found in it, in the syntax of RE2.
    Pattern,
    /// It is `value` or more; of a date: then or later.
    Min,
    /// It is `value` or less; of a date: then or earlier.
    Max,
    /// It is one of the list `value`.
    OneOf,
    /// The same as `pattern`.
    Regex,
    /// It is within `{min, max}`, of which one may be absent.
    Range,
    /// The same as `oneOf`.
    Set,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = UiRule)]
pub struct Rule {
    /// What is held against the answer.
    #[serde(rename = "type")]
    pub kind: RuleType,
    /// With what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub value: Option<Value>,
    /// What is said when it does not hold, at most 300 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl Rule {
    /// What is wrong with it for a field of this type.
    pub(super) fn fault(&self, of: FieldType) -> Option<String> {
        use FieldType::{Boolean, Date, File, MultiSelect, Number, Select, Text, Textarea};
        use RuleType::{
            Email, Max, MaxLength, Min, MinLength, OneOf, Pattern, Range, Regex, Required, Set,
        };
        let value = self.value.as_ref();
        let fits = match self.kind {
            Required => true,
            Email | Pattern | Regex => matches!(of, Text | Textarea),
            MinLength | MaxLength => matches!(of, Text | Textarea | MultiSelect),
            Min | Max | Range => matches!(of, Number | Date),
            OneOf | Set => matches!(of, Text | Textarea | Number | Select | Date),
        };
        if !fits {
            let rules = match of {
                Text | Textarea => "required, email, minLength, maxLength, pattern and oneOf",
                Number | Date => "required, min, max, range and oneOf",
                MultiSelect => "required, minLength and maxLength",
                Select => "required and oneOf",
                Boolean | File => "required",
            };
            return Some(format!("does not suit a field of this type: it takes {rules}"));
        }
        match self.kind {
            Required | Email => value.is_some().then(|| "takes no value".to_owned()),
            MinLength | MaxLength => value
                .and_then(Value::as_u64)
                .is_none()
                .then(|| "needs a `value`: a whole number, 0 or more".to_owned()),
            Min | Max => (!value.is_some_and(|it| is_bound(it, of))).then(|| needs_bound(of)),
            Range => {
                let ends: Vec<&Value> =
                    ["min", "max"].iter().filter_map(|end| value?.get(end)).collect();
                let known = value.and_then(Value::as_object).map_or(0, serde_json::Map::len);
                let is_range = !ends.is_empty()
                    && known == ends.len()
                    && ends.iter().all(|it| is_bound(it, of));
                (!is_range)
                    .then(|| format!("needs a `value` of `{{min, max}}`: each {}", bound(of)))
            }
            Pattern | Regex => match value.and_then(Value::as_str) {
                None => Some("needs a `value`: the pattern, a text".to_owned()),
                Some(pattern) => compiled(pattern).err(),
            },
            OneOf | Set => {
                let list = value.and_then(Value::as_array);
                let is_list = list.is_some_and(|list| {
                    (1..=MAX_SET).contains(&list.len())
                        && list.iter().all(|it| it.is_string() || it.is_number())
                });
                (!is_list)
                    .then(|| format!("needs a `value`: a list of 1 to {MAX_SET} texts or numbers"))
            }
        }
    }

    /// What is said of an answer that does not hold to it. What was left empty holds to every rule but
    /// `required`.
    pub(super) fn broken_by(&self, answer: &Value) -> Option<String> {
        use RuleType::{
            Email, Max, MaxLength, Min, MinLength, OneOf, Pattern, Range, Regex, Required, Set,
        };
        let value = self.value.as_ref();
        if self.kind == Required {
            let missing = is_empty(answer) || *answer == Value::Bool(false);
            return missing.then(|| self.said("is required"));
        }
        if is_empty(answer) {
            return None;
        }
        let said = |holds: bool, text: String| (!holds).then(|| self.said(&text));
        match self.kind {
            Required => None,
            Email => said(answer.as_str().is_some_and(is_email), "is no e-mail address".to_owned()),
            MinLength => {
                let least = value.and_then(Value::as_u64).unwrap_or(0);
                said(length(answer) >= least, format!("has at least {least} characters or choices"))
            }
            MaxLength => {
                let most = value.and_then(Value::as_u64).unwrap_or(u64::MAX);
                said(length(answer) <= most, format!("has at most {most} characters or choices"))
            }
            Pattern | Regex => {
                let pattern = value.and_then(Value::as_str).unwrap_or_default();
                let found = compiled(pattern).is_ok_and(|pattern| {
                    answer.as_str().is_some_and(|text| pattern.is_match(text))
                });
                said(found, "has not the form that is asked for".to_owned())
            }
            Min => said(at_least(answer, value), format!("is {} or more", shown(value))),
            Max => said(at_most(answer, value), format!("is {} or less", shown(value))),
            Range => {
                let (min, max) =
                    (value.and_then(|it| it.get("min")), value.and_then(|it| it.get("max")));
                let within = at_least(answer, min) && at_most(answer, max);
                said(
                    within,
                    match (min, max) {
                        (Some(_), Some(_)) => {
                            format!("is between {} and {}", shown(min), shown(max))
                        }
                        (None, _) => format!("is {} or less", shown(max)),
                        (Some(_), None) => format!("is {} or more", shown(min)),
                    },
                )
            }
            OneOf | Set => {
                let list = value.and_then(Value::as_array);
                let among = list.is_some_and(|list| list.iter().any(|it| same(it, answer)));
                said(among, "is none of the values that are allowed".to_owned())
            }
        }
    }

    fn said(&self, text: &str) -> String {
        self.message.clone().unwrap_or_else(|| text.to_owned())
    }
}

/// The pattern, within its bounds. It takes time in proportion to the text, whatever it is.
fn compiled(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > MAX_PATTERN {
        return Err(format!("has {} bytes: {MAX_PATTERN} are allowed", pattern.len()));
    }
    RegexBuilder::new(pattern).size_limit(MAX_COMPILED).build().map_err(|error| {
        if matches!(error, regex::Error::CompiledTooBig(_)) {
            return "is too large once compiled: make it simpler".to_owned();
        }
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
        format!("is no pattern in the syntax of RE2: {reason}")
    })
}

fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    let plain = !text.chars().any(|it| it.is_whitespace() || it.is_control());
    let dotted = host.contains('.') && host.split('.').all(|label| !label.is_empty());
    plain && !name.is_empty() && !name.contains('@') && dotted && text.len() <= 254
}

fn length(answer: &Value) -> u64 {
    let length = match answer {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => 0,
    };
    length as u64
}

fn at_least(answer: &Value, bound: Option<&Value>) -> bool {
    ordered(answer, bound).is_none_or(Ordering::is_ge)
}

fn at_most(answer: &Value, bound: Option<&Value>) -> bool {
    ordered(answer, bound).is_none_or(Ordering::is_le)
}

/// Numbers by their size, days by the calendar, which is the order of their texts.
fn ordered(answer: &Value, bound: Option<&Value>) -> Option<Ordering> {
    let bound = bound?;
    match (answer.as_f64(), bound.as_f64()) {
        (Some(answer), Some(bound)) => answer.partial_cmp(&bound),
        (Some(_), None) | (None, Some(_) | None) => Some(answer.as_str()?.cmp(bound.as_str()?)),
    }
}

fn shown(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

fn is_bound(value: &Value, of: FieldType) -> bool {
    if of == FieldType::Date { value.as_str().is_some_and(is_day) } else { value.is_number() }
}

fn bound(of: FieldType) -> &'static str {
    if of == FieldType::Date { "a day, as `2026-11-30`" } else { "a number" }
}

fn needs_bound(of: FieldType) -> String {
    format!("needs a `value`: {}", bound(of))
}

/// Whether a text is a day of the calendar, as `2026-11-30`.
pub(super) fn is_day(text: &str) -> bool {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    text.len() == 10 && time::Date::parse(text, format).is_ok()
}
