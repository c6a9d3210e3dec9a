//! What the author of a price trigger writes, read.

use std::sync::Arc;

use engine::PayloadProblem;
use serde_json::Value;

use super::Amount;

/// The longest window of a change: a day.
const MAX_WINDOW_MS: u64 = 86_400_000;
/// How often a trigger may fire, where that is limited.
const MAX_TRIGGERS: u64 = 1_000_000;

/// When a price is to fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// It is above the target.
    Above,
    /// It is below it.
    Below,
    /// It is the target, give or take the hysteresis.
    Equal,
    /// It was below, and is the target or above.
    CrossUp,
    /// It was above, and is the target or below.
    CrossDown,
    /// It has changed by so many percent within a window.
    PercentChange,
}

impl Operation {
    const ALL: [Self; 6] = [
        Self::Above,
        Self::Below,
        Self::Equal,
        Self::CrossUp,
        Self::CrossDown,
        Self::PercentChange,
    ];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::Below => "below",
            Self::Equal => "equal",
            Self::CrossUp => "cross-up",
            Self::CrossDown => "cross-down",
            Self::PercentChange => "percent-change",
        }
    }
}

/// Which price is watched, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The asset, as its source names it: `BTCUSD`.
    pub asset: Arc<str>,
    /// What is waited for.
    pub operation: Operation,
    /// The price, or the percent of a change.
    pub target: Amount,
    /// How far the price has to go back before it may fire again.
    pub hysteresis: Amount,
    /// In which time it has to change, in nanoseconds.
    pub window_ns: u64,
    /// How often it fires at most.
    pub max_triggers: Option<u64>,
}

fn wrong(field: &str, message: impl Into<String>) -> PayloadProblem {
    PayloadProblem { path: format!("/{field}"), message: message.into() }
}

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with the cure.
    pub fn read(payload: &Value) -> Result<Self, PayloadProblem> {
        let text = |name: &str| payload.get(name).and_then(Value::as_str);
        let asset = text("asset").filter(|asset| {
            (1..=32).contains(&asset.len())
                && asset.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        let asset = asset.ok_or_else(|| {
            wrong("asset", "an asset is named as its source names it, such as \"BTCUSD\"")
        })?;
        let word = text("operation").unwrap_or_default();
        let operation = Operation::ALL.into_iter().find(|it| it.as_str() == word);
        let operation = operation.ok_or_else(|| {
            let known = Operation::ALL.map(Operation::as_str).join(", ");
            wrong("operation", format!("operation is one of {known}"))
        })?;
        let amount = |name: &str| match payload.get(name) {
            None => Ok(None),
            Some(value) => Amount::of_json(value)
                .filter(|amount| *amount >= Amount::ZERO)
                .map(Some)
                .ok_or_else(|| {
                    wrong(
                        name,
                        format!("{name} is a number of at least 0 with at most 18 decimals"),
                    )
                }),
        };
        let is_change = operation == Operation::PercentChange;
        let (name, other) =
            if is_change { ("percent", "targetPrice") } else { ("targetPrice", "percent") };
        if payload.get(other).is_some() {
            return Err(wrong(other, format!("{} takes {name}", operation.as_str())));
        }
        let target = amount(name)?.filter(|target| *target > Amount::ZERO).ok_or_else(|| {
            wrong(name, format!("{} needs {name}, a number above 0", operation.as_str()))
        })?;
        let hysteresis = amount("hysteresis")?.unwrap_or(Amount::ZERO);
        let window = payload.get("windowMs").map_or(Some(0), Value::as_u64);
        let window = window
            .filter(|it| if is_change { (1_000..=MAX_WINDOW_MS).contains(it) } else { *it == 0 })
            .ok_or_else(|| {
                let cure = format!(
                    "percent-change needs windowMs, from 1000 to {MAX_WINDOW_MS}; no other \
                     operation has one"
                );
                wrong("windowMs", cure)
            })?;
        let max_triggers = match payload.get("maxTriggers") {
            None => None,
            Some(value) => {
                let count = value.as_u64().or_else(|| value.as_str()?.parse().ok());
                let count = count.filter(|it| (1..=MAX_TRIGGERS).contains(it));
                Some(count.ok_or_else(|| {
                    let message = format!("maxTriggers is a whole number from 1 to {MAX_TRIGGERS}");
                    wrong("maxTriggers", message)
                })?)
            }
        };
        let window_ns = window * 1_000_000;
        Ok(Self { asset: asset.into(), operation, target, hysteresis, window_ns, max_triggers })
    }
}
