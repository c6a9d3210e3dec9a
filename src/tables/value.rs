//! One value of a column: what comes in is brought into the form that the database takes, or
//! refused in words.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::column::{Column, Kind};

/// How many characters a decimal number has at most.
const MAX_DIGITS: usize = 150;
/// How many bytes a JSON value has at most, as text.
const MAX_JSON: usize = 256 * 1024;

impl Column {
    /// A value that is not null, as it is kept.
    pub fn value(&self, value: Value) -> Result<Value, String> {
        let kept = match self.kind {
            Kind::String => self.text(value),
            Kind::Number => decimal(&value),
            Kind::Integer => whole(&value),
            Kind::Boolean if value.is_boolean() => Ok(value),
            Kind::Boolean => Err("must be true or false".to_owned()),
            Kind::DateTime => moment(&value),
            Kind::Json => json(value),
        }?;
        self.within(&kept)?;
        Ok(kept)
    }

    /// A value out of a field of a CSV file, which is always a text.
    pub fn read(&self, text: &str) -> Result<Value, String> {
        match self.kind {
            Kind::String | Kind::Number | Kind::Integer | Kind::DateTime => {
                self.value(Value::String(text.to_owned()))
            }
            Kind::Boolean => match text.to_ascii_lowercase().as_str() {
                "true" | "t" | "yes" | "1" => Ok(Value::Bool(true)),
                "false" | "f" | "no" | "0" => Ok(Value::Bool(false)),
                _ => Err("must be true or false".to_owned()),
            },
            Kind::Json => {
                let value = serde_json::from_str(text);
                self.value(value.map_err(|error| format!("is not JSON: {error}"))?)
            }
        }
    }

    fn text(&self, value: Value) -> Result<Value, String> {
        let Value::String(text) = value else { return Err("must be a text".to_owned()) };
        if text.contains('\0') {
            return Err("must not hold a NUL character".to_owned());
        }
        let max = self.max_length.unwrap_or(super::MAX_TEXT);
        if text.chars().count() > usize::try_from(max).unwrap_or(usize::MAX) {
            return Err(format!("has at most {max} characters"));
        }
        if self.allowed.as_ref().is_some_and(|allowed| !allowed.contains(&text)) {
            return Err("is none of the texts that the column allows".to_owned());
        }
        Ok(Value::String(text))
    }

    /// Early words for what the database decides exactly.
    fn within(&self, value: &Value) -> Result<(), String> {
        let Some(number) = approximately(value).filter(|_| self.is_number()) else {
            return Ok(());
        };
        if let Some(minimum) = &self.minimum
            && minimum.as_f64().is_some_and(|bound| number < bound)
        {
            return Err(format!("must be at least {minimum}"));
        }
        if let Some(maximum) = &self.maximum
            && maximum.as_f64().is_some_and(|bound| number > bound)
        {
            return Err(format!("must be at most {maximum}"));
        }
        Ok(())
    }

    const fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Number | Kind::Integer)
    }
}

fn approximately(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// A decimal number as text, in which no digit is lost.
fn decimal(value: &Value) -> Result<Value, String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    };
    if is_decimal(&text) {
        Ok(Value::String(text))
    } else {
        Err("must be a decimal number, or one as text, of at most 150 characters".to_owned())
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    text.len() <= MAX_DIGITS
        && digits(whole)
        && digits(fraction)
        && digits(exponent)
        && exponent.parse::<u32>().is_ok_and(|exponent| exponent <= 100)
}

fn whole(value: &Value) -> Result<Value, String> {
    let number = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    number.map(Value::from).ok_or_else(|| "must be a whole number of 64 bits".to_owned())
}

fn moment(value: &Value) -> Result<Value, String> {
    let wrong = || "must be a moment of RFC 3339, as 2026-11-28T15:00:00Z".to_owned();
    let text = value.as_str().ok_or_else(wrong)?;
    let moment = OffsetDateTime::parse(text.trim(), &Rfc3339).map_err(|_| wrong())?;
    moment.format(&Rfc3339).map(Value::String).map_err(|_| wrong())
}

fn json(value: Value) -> Result<Value, String> {
    let text = value.to_string();
    if text.len() > MAX_JSON {
        return Err(format!("has at most {MAX_JSON} bytes as JSON"));
    }
    if text.contains("\\u0000") {
        return Err("must not hold a NUL character".to_owned());
    }
    Ok(value)
}

/// A value as answers show it: exact numbers are texts, everything else is as JSON has it.
pub fn shown(kind: Kind, raw: &str) -> Value {
    match kind {
        Kind::Number if raw != "null" => Value::String(raw.trim_matches('"').to_owned()),
        Kind::String
        | Kind::Number
        | Kind::Integer
        | Kind::Boolean
        | Kind::DateTime
        | Kind::Json => serde_json::from_str(raw).unwrap_or_default(),
    }
}
