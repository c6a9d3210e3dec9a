//! A month of the calendar, in UTC.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::{Date, OffsetDateTime, UtcOffset};

/// A month: `2026-11`. It orders as time does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i32,
    month: u8,
}

/// A text that names no month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a month such as `2026-11`, from year 1 to 9998")]
pub struct InvalidMonth;

impl Month {
    /// The month in which an instant lies, in UTC.
    pub fn of(at: OffsetDateTime) -> Self {
        Self::around(at.to_offset(UtcOffset::UTC).date())
    }

    /// The month of a day.
    pub fn around(day: Date) -> Self {
        Self { year: day.year(), month: day.month().into() }
    }

    /// Its first day.
    pub fn first_day(self) -> Date {
        let month = time::Month::try_from(self.month).expect("it was made of one");
        Date::from_calendar_date(self.year, month, 1).expect("every month has a first day")
    }

    /// The month after it.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.month == 12 {
            Self { year: self.year + 1, month: 1 }
        } else {
            Self { year: self.year, month: self.month + 1 }
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = InvalidMonth;

    fn from_str(text: &str) -> Result<Self, InvalidMonth> {
        let digits = text.bytes().enumerate().all(|(at, byte)| match at {
            4 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        let (Some(year), Some(month)) = (text.get(..4), text.get(5..7)) else {
            return Err(InvalidMonth);
        };
        let (Ok(year), Ok(month)) = (year.parse(), month.parse()) else {
            return Err(InvalidMonth);
        };
        // The next month must be one as well, so that a month has an end.
        let fits = (1..=9998).contains(&year) && (1..=12).contains(&month);
        if text.len() == 7 && digits && fits { Ok(Self { year, month }) } else { Err(InvalidMonth) }
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
