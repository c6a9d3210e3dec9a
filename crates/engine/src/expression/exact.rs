//! Exact arithmetic on numbers of any kind: JSON numbers, and texts of digits as amounts are.
//!
//! A result is a JSON number where a JSON number says it exactly, and a text of its digits where
//! none does.

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};
use serde_json::{Number, Value};

use super::budget::Complaint;
use crate::number::{Decimal, MAX_NUMBER_LENGTH};

/// How many digits a number may have before its point, and how many behind it, so that its text is
/// never longer than [`MAX_NUMBER_LENGTH`]. The product of two numbers of 256 bits has 155.
pub(crate) const MAX_DIGITS: u32 = 390;

const _: () = assert!(MAX_DIGITS as usize + "-0.".len() <= MAX_NUMBER_LENGTH);

/// How many fraction digits a division is cut off at, unless it is told otherwise: those of an
/// ether in wei.
pub(super) const DIVISION_DIGITS: u32 = 18;

/// The most fraction digits that a function is asked for: 10 to the power of 77 is the largest
/// that 256 bits hold.
pub(super) const MAX_DECIMALS: u32 = 77;

/// `mantissa` divided by ten to the power of `scale`; the smallest scale that says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Exact {
    mantissa: BigInt,
    scale: u32,
}

/// Why something is not a number to calculate with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    NotANumber,
    TooLong,
}

/// Where a number between two goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounding {
    /// To the nearer one; from the middle away from zero.
    Nearest,
    Down,
    Up,
    /// Towards zero.
    Cut,
}

impl Exact {
    pub(super) fn whole(number: impl Into<BigInt>) -> Self {
        Self { mantissa: number.into(), scale: 0 }
    }

    /// A JSON number, or a text that is one.
    pub(super) fn of(value: &Value) -> Result<Self, Unfit> {
        if let Some(number) = value.as_i64() {
            return Ok(Self::whole(number));
        }
        if let Value::String(text) = value
            && text.len() > MAX_NUMBER_LENGTH
        {
            return Err(Unfit::TooLong);
        }
        Decimal::of(value).ok_or(Unfit::NotANumber).and_then(|decimal| Self::of_decimal(&decimal))
    }

    pub(super) fn read(text: &str) -> Result<Self, Unfit> {
        Decimal::read(text).ok_or(Unfit::NotANumber).and_then(|decimal| Self::of_decimal(&decimal))
    }

    fn of_decimal(decimal: &Decimal) -> Result<Self, Unfit> {
        let length = i64::try_from(decimal.digits.len()).map_err(|_| Unfit::TooLong)?;
        let fraction = length - decimal.point;
        if decimal.point > i64::from(MAX_DIGITS) || fraction > i64::from(MAX_DIGITS) {
            return Err(Unfit::TooLong);
        }
        let magnitude = BigInt::parse_bytes(&decimal.digits, 10).unwrap_or_default();
        let mantissa = if decimal.negative { -magnitude } else { magnitude };
        let number = match u32::try_from(fraction) {
            Ok(scale) => Self { mantissa, scale },
            Err(_) => Self::whole(mantissa * ten_to(u32::try_from(-fraction).unwrap_or(0))),
        };
        number.bounded().map_err(|_| Unfit::TooLong)
    }

    /// A whole number from its digits in some base; none when there are others.
    pub(super) fn of_digits(digits: &str, base: u32) -> Option<Self> {
        let is_digits = digits.chars().all(|digit| digit.is_digit(base));
        let number = BigInt::parse_bytes(digits.as_bytes(), base).filter(|_| is_digits)?;
        Self::whole(number).bounded().ok()
    }

    /// As JSON: a number where one says it exactly, and a text otherwise.
    pub(super) fn value(&self) -> Value {
        if self.scale == 0 {
            if let Ok(number) = i64::try_from(&self.mantissa) {
                return number.into();
            }
            if let Ok(number) = u64::try_from(&self.mantissa) {
                return number.into();
            }
            return Value::String(self.text());
        }
        let text = self.text();
        let number = text.parse().ok().and_then(Number::from_f64).map(Value::Number);
        number.filter(|number| Self::of(number).as_ref() == Ok(self)).unwrap_or(Value::String(text))
    }

    /// The JSON number nearest to it.
    pub(super) fn nearest(&self) -> Option<Value> {
        match self.value() {
            number @ Value::Number(_) => Some(number),
            Value::String(text) => text.parse().ok().and_then(Number::from_f64).map(Value::Number),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// Its digits, with a point where there is a fraction.
    pub(super) fn text(&self) -> String {
        self.text_with(self.scale)
    }

    /// Its digits with at least so many of the fraction.
    pub(super) fn text_with(&self, decimals: u32) -> String {
        let scale = self.scale.max(decimals);
        let mut digits =
            (self.mantissa.magnitude() * ten_to(scale - self.scale).magnitude()).to_string();
        let decimals = scale as usize;
        if decimals > 0 {
            if digits.len() <= decimals {
                digits.insert_str(0, &"0".repeat(decimals + 1 - digits.len()));
            }
            digits.insert(digits.len() - decimals, '.');
        }
        if self.is_negative() {
            digits.insert(0, '-');
        }
        digits
    }

    /// Its digits in base 16; none when it has a fraction.
    pub(super) fn hex(&self) -> Option<String> {
        self.is_whole().then(|| self.mantissa.to_str_radix(16))
    }

    pub(super) fn is_whole(&self) -> bool {
        self.scale == 0
    }

    pub(super) fn is_zero(&self) -> bool {
        self.mantissa.sign() == Sign::NoSign
    }

    pub(super) fn is_negative(&self) -> bool {
        self.mantissa.sign() == Sign::Minus
    }

    /// How many fraction digits it has.
    pub(super) fn decimals(&self) -> u32 {
        self.scale
    }

    /// The number, when it is whole and not very large.
    pub(super) fn small(&self) -> Option<i64> {
        i64::try_from(&self.mantissa).ok().filter(|_| self.is_whole())
    }

    pub(super) fn absolute(&self) -> Self {
        Self { mantissa: self.mantissa.magnitude().clone().into(), scale: self.scale }
    }

    pub(super) fn plus(&self, other: &Self) -> Result<Self, Complaint> {
        let scale = self.scale.max(other.scale);
        Self { mantissa: self.at(scale) + other.at(scale), scale }.bounded()
    }

    pub(super) fn minus(&self, other: &Self) -> Result<Self, Complaint> {
        let scale = self.scale.max(other.scale);
        Self { mantissa: self.at(scale) - other.at(scale), scale }.bounded()
    }

    pub(super) fn times(&self, other: &Self) -> Result<Self, Complaint> {
        let scale = self.scale + other.scale;
        Self { mantissa: &self.mantissa * &other.mantissa, scale }.bounded()
    }

    /// The quotient, cut off after so many fraction digits; none for a division by zero.
    pub(super) fn over(&self, other: &Self, decimals: u32) -> Option<Result<Self, Complaint>> {
        if other.is_zero() {
            return None;
        }
        let above = &self.mantissa * ten_to(other.scale + decimals);
        let below = &other.mantissa * ten_to(self.scale);
        Some(Self { mantissa: above / below, scale: decimals }.bounded())
    }

    /// What a division without fraction leaves, with the sign of `self`; none for zero.
    pub(super) fn remainder(&self, other: &Self) -> Option<Result<Self, Complaint>> {
        if other.is_zero() {
            return None;
        }
        let scale = self.scale.max(other.scale);
        Some(Self { mantissa: self.at(scale) % other.at(scale), scale }.bounded())
    }

    pub(super) fn power(&self, exponent: u32) -> Result<Self, Complaint> {
        // Before it is calculated: it may be larger than anything that can be stored. A number of n
        // bits is at least two to the power of n - 1, and no digit takes more than four bits.
        let least_bits = self.mantissa.bits().saturating_sub(1).saturating_mul(exponent.into());
        let scale = self.scale.saturating_mul(exponent);
        if least_bits > 4 * u64::from(MAX_DIGITS) || scale > 2 * MAX_DIGITS {
            return Err(too_many_digits());
        }
        Self { mantissa: self.mantissa.pow(exponent), scale }.bounded()
    }

    /// The same number times ten to the power of `by`.
    pub(super) fn shifted(&self, by: i64) -> Result<Self, Complaint> {
        let scale = i64::from(self.scale) - by;
        if let Ok(scale) = u32::try_from(scale) {
            return Self { mantissa: self.mantissa.clone(), scale }.bounded();
        }
        // Before it is calculated: it may be larger than anything that can be stored.
        let up = u32::try_from(-scale).ok().filter(|up| *up <= 2 * MAX_DIGITS);
        Self::whole(&self.mantissa * ten_to(up.ok_or_else(too_many_digits)?)).bounded()
    }

    /// The number with at most so many fraction digits.
    pub(super) fn rounded(&self, decimals: u32, rounding: Rounding) -> Result<Self, Complaint> {
        if self.scale <= decimals {
            return Ok(self.clone());
        }
        let unit = ten_to(self.scale - decimals);
        let mut mantissa = &self.mantissa / &unit;
        let rest = &self.mantissa % &unit;
        let is_away = match rounding {
            Rounding::Nearest => rest.magnitude() * 2_u8 >= *unit.magnitude(),
            Rounding::Down => rest.sign() == Sign::Minus,
            Rounding::Up => rest.sign() == Sign::Plus,
            Rounding::Cut => false,
        };
        if is_away {
            mantissa += if self.is_negative() { -1 } else { 1 };
        }
        Self { mantissa, scale: decimals }.bounded()
    }

    /// The mantissa as it is with a larger scale.
    fn at(&self, scale: u32) -> BigInt {
        if scale == self.scale {
            return self.mantissa.clone();
        }
        &self.mantissa * ten_to(scale - self.scale)
    }

    /// Without needless fraction digits, and not larger than what may be.
    fn bounded(mut self) -> Result<Self, Complaint> {
        while self.scale > 0 && (&self.mantissa % 10_u8).sign() == Sign::NoSign {
            self.mantissa /= 10_u8;
            self.scale -= 1;
        }
        // The mantissa has the digits before the point and those behind it. Ten takes more than three
        // bits, so that most numbers need no comparison.
        let is_long = self.mantissa.bits() > 3 * u64::from(MAX_DIGITS)
            && self.mantissa.magnitude() >= ten_to(MAX_DIGITS).magnitude();
        if self.scale > MAX_DIGITS || is_long { Err(too_many_digits()) } else { Ok(self) }
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.scale == other.scale {
            return self.mantissa.cmp(&other.mantissa);
        }
        let scale = self.scale.max(other.scale);
        self.at(scale).cmp(&other.at(scale))
    }
}

fn ten_to(exponent: u32) -> BigInt {
    BigInt::from(10_u8).pow(exponent)
}

fn too_many_digits() -> Complaint {
    Complaint(format!(
        "the result has more than {MAX_DIGITS} digits: work with smaller numbers, or round in between"
    ))
}
