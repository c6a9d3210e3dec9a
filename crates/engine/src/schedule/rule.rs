//! A recurrence rule of RFC 5545 as it is written, with what it leaves out taken from its start.

use chrono::{Datelike, NaiveDateTime, Timelike, Weekday};

use super::times::Times;
use super::wall_clock::Pace;

/// How often a rule comes round, before its parts restrict it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frequency {
    Yearly,
    Monthly,
    Weekly,
    Daily,
    Hourly,
    Minutely,
    Secondly,
}

impl Frequency {
    pub(super) const NAMES: [(&'static str, Self); 7] = [
        ("YEARLY", Self::Yearly),
        ("MONTHLY", Self::Monthly),
        ("WEEKLY", Self::Weekly),
        ("DAILY", Self::Daily),
        ("HOURLY", Self::Hourly),
        ("MINUTELY", Self::Minutely),
        ("SECONDLY", Self::Secondly),
    ];

    /// How many seconds its unit has, where that is less than a day.
    pub(super) const fn seconds(self) -> Option<i64> {
        match self {
            Self::Yearly | Self::Monthly | Self::Weekly | Self::Daily => None,
            Self::Hourly => Some(3_600),
            Self::Minutely => Some(60),
            Self::Secondly => Some(1),
        }
    }

    pub(super) const fn pace(self) -> Pace {
        match self {
            Self::Yearly | Self::Monthly | Self::Weekly | Self::Daily => Pace::Fixed,
            Self::Hourly | Self::Minutely | Self::Secondly => Pace::Running,
        }
    }

    /// The most days that a period of it has.
    pub(super) const fn days(self) -> u32 {
        match self {
            Self::Yearly => 366,
            Self::Monthly => 31,
            Self::Weekly => 7,
            Self::Daily | Self::Hourly | Self::Minutely | Self::Secondly => 1,
        }
    }
}

/// A day of the week, or the nth of its month or year, counted from the end where negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WeekdayRule {
    pub(super) nth: Option<i32>,
    pub(super) day: Weekday,
}

/// What a rule says. Empty lists restrict nothing.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) frequency: Frequency,
    pub(super) interval: i64,
    pub(super) week_start: Weekday,
    pub(super) months: Vec<i32>,
    pub(super) weeks: Vec<i32>,
    pub(super) year_days: Vec<i32>,
    pub(super) month_days: Vec<i32>,
    pub(super) weekdays: Vec<WeekdayRule>,
    pub(super) hours: u64,
    pub(super) minutes: u64,
    pub(super) seconds: u64,
    pub(super) positions: Vec<i32>,
}

impl Rule {
    /// Takes the days that it leaves out from its start.
    pub(super) fn complete_days(&mut self, start: NaiveDateTime) {
        let says_days =
            !self.year_days.is_empty() || !self.month_days.is_empty() || !self.weekdays.is_empty();
        if says_days {
            return;
        }
        let day_of_month = i32::try_from(start.day()).unwrap_or(1);
        let weekday = WeekdayRule { nth: None, day: start.weekday() };
        match self.frequency {
            Frequency::Yearly if !self.weeks.is_empty() => self.weekdays.push(weekday),
            Frequency::Yearly => {
                if self.months.is_empty() {
                    self.months.push(i32::try_from(start.month()).unwrap_or(1));
                }
                self.month_days.push(day_of_month);
            }
            Frequency::Monthly => self.month_days.push(day_of_month),
            Frequency::Weekly => self.weekdays.push(weekday),
            Frequency::Daily | Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => {}
        }
    }

    /// Its times of day; what it leaves out is that of its start, or all where it comes round more
    /// often than that.
    pub(super) fn times(&self, start: NaiveDateTime) -> Times {
        const HOURS: u64 = (1 << 24) - 1;
        const SIXTY: u64 = (1 << 60) - 1;
        let or = |set: u64, is_free: bool, all: u64, of_start: u32| match set {
            0 if is_free => all,
            0 => 1 << of_start,
            set => set,
        };
        let unit = self.frequency.seconds();
        Times {
            hours: or(self.hours, unit.is_some(), HOURS, start.hour()),
            minutes: or(self.minutes, unit.is_some_and(|it| it <= 60), SIXTY, start.minute()),
            seconds: or(self.seconds, unit == Some(1), SIXTY, start.second()),
        }
    }
}
