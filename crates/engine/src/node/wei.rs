//! `convert-to-wei` and `convert-from-wei`: between amounts that people write and the whole base
//! units of a chain, digit by digit.

use serde_json::Value;

use super::field::{field, object, whole, wrong};
use super::logic::Done;
use crate::expression::Problem;
use crate::number::Decimal;

/// The decimals of ether, and of most tokens.
const ETHER_DECIMALS: u64 = 18;

/// The most decimals that a token can say to have: they are one byte in its contract.
const MAX_DECIMALS: u64 = 255;

/// A JSON number from here on may have lost digits before it arrived: 2^53.
const EXACT_BELOW: f64 = 9_007_199_254_740_992.0;

pub(super) fn problems_to(payload: &Value) -> Vec<Problem> {
    problems(payload, "amount")
}

pub(super) fn problems_from(payload: &Value) -> Vec<Problem> {
    problems(payload, "wei")
}

/// From an amount to base units.
pub(super) fn to_wei(input: &Value) -> Result<Done, Problem> {
    let (amount, decimals) = (number(input, "amount")?, decimals(input)?);
    let given = amount.fraction_digits();
    if given > decimals {
        let message = format!(
            "it has {given} digits after the point, and {decimals} fit: round it first, or set decimals"
        );
        return Err(Problem::new("/amount", message));
    }
    Ok(Done::with([("wei", written(&amount.shifted(decimals), "amount")?)]))
}

/// From base units to an amount.
pub(super) fn from_wei(input: &Value) -> Result<Done, Problem> {
    let (wei, decimals) = (number(input, "wei")?, decimals(input)?);
    if wei.fraction_digits() > 0 {
        return Err(wrong("wei", "a whole number of base units", field(input, "wei")?));
    }
    Ok(Done::with([("amount", written(&wei.shifted(-decimals), "wei")?)]))
}

fn problems(payload: &Value, name: &str) -> Vec<Problem> {
    [number(payload, name).err(), decimals(payload).err()].into_iter().flatten().collect()
}

fn number(payload: &Value, name: &str) -> Result<Decimal, Problem> {
    let value = field(payload, name)?;
    let rounded = value.is_f64() && value.as_f64().is_some_and(|float| float.abs() >= EXACT_BELOW);
    if rounded {
        let message = "a JSON number this large has lost digits already: give it as a text";
        return Err(Problem::new(format!("/{name}"), message));
    }
    Decimal::of(value).ok_or_else(|| wrong(name, "a number, or a text like \"12.5\"", value))
}

fn decimals(payload: &Value) -> Result<i64, Problem> {
    let decimals = match object(payload)?.get("decimals") {
        None | Some(Value::Null) => ETHER_DECIMALS,
        Some(_) => whole(payload, "decimals", 0, MAX_DECIMALS)?,
    };
    Ok(i64::try_from(decimals).unwrap_or(i64::MAX))
}

fn written(number: &Decimal, name: &str) -> Result<Value, Problem> {
    let plain = number.plain().map(Value::String);
    plain.ok_or_else(|| Problem::new(format!("/{name}"), "it is too large, or too small, to write"))
}
