//! Prices as whole numbers of 10^-18: what is compared is exact.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

/// How many decimals a price has.
const DECIMALS: i32 = 18;

/// A price in units of 10^-18.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i128);

/// The text is no price, or one that no price is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no decimal number of at most 20 digits before the point and 18 behind it")]
pub struct InvalidAmount;

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// A price in its smallest units.
    pub const fn of_units(units: i128) -> Self {
        Self(units)
    }

    /// In its smallest units.
    pub const fn units(self) -> i128 {
        self.0
    }

    /// A number or a text of JSON, as it is written.
    pub fn of_json(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.to_string().parse().ok(),
            Value::String(text) => text.parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// How far apart two prices are.
    #[must_use]
    pub const fn distance(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).saturating_abs())
    }

    /// The sum; the greatest price where there is none.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl FromStr for Amount {
    type Err = InvalidAmount;

    fn from_str(text: &str) -> Result<Self, InvalidAmount> {
        if text.len() > 64 {
            return Err(InvalidAmount);
        }
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse().map_err(|_| InvalidAmount)?),
            None => (text, 0_i32),
        };
        let (sign, digits) = match digits.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, digits),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all = format!("{whole}{part}");
        if whole.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidAmount);
        }
        let part = i32::try_from(part.len()).map_err(|_| InvalidAmount)?;
        let shift = exponent.checked_add(DECIMALS - part).ok_or(InvalidAmount)?;
        let number: i128 = all.parse().map_err(|_| InvalidAmount)?;
        let scale = 10_i128.checked_pow(shift.unsigned_abs()).ok_or(InvalidAmount)?;
        let units = if shift >= 0 {
            number.checked_mul(scale)
        } else {
            // A digit that no price has.
            (number % scale == 0).then_some(number / scale)
        };
        units.map(|units| Self(sign * units)).ok_or(InvalidAmount)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ONE: u128 = 10_u128.pow(18);
        let sign = if self.0 < 0 { "-" } else { "" };
        let units = self.0.unsigned_abs();
        let part = format!("{:018}", units % ONE);
        let part = part.trim_end_matches('0');
        let point = if part.is_empty() { "" } else { "." };
        write!(f, "{sign}{}{point}{part}", units / ONE)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn prices_are_read_and_told_exactly() {
        for (text, units) in [
            ("1", 10_i128.pow(18)),
            ("0.1", 10_i128.pow(17)),
            ("-2.50", -25 * 10_i128.pow(17)),
            ("1e-18", 1),
            ("1.5e3", 1_500 * 10_i128.pow(18)),
        ] {
            assert_eq!(text.parse::<Amount>().map(Amount::units), Ok(units), "{text}");
        }
        assert_eq!(
            "97123.450".parse::<Amount>().map(|it| it.to_string()),
            Ok("97123.45".to_owned())
        );
        assert_eq!(Amount::of_json(&json!(0.3)), "0.3".parse().ok());
        for wrong in ["", ".", "1.2.3", "1e99", "1e-19", "NaN", "+1", "1e999999999999"] {
            assert_eq!(wrong.parse::<Amount>(), Err(InvalidAmount), "{wrong}");
        }
    }
}
