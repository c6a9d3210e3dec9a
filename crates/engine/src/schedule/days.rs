//! On which days a rule comes round: each day is asked by itself.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::rule::{Frequency, Rule, WeekdayRule};

impl Rule {
    /// Whether it comes round on that day, when it began on the other one.
    pub(super) fn holds_on(&self, day: NaiveDate, start: NaiveDate) -> bool {
        self.is_in_turn(day, start)
            && (self.months.is_empty() || self.months.contains(&number(day.month())))
            && counts(&self.month_days, number(day.day()), days_of_month(day))
            && counts(&self.year_days, number(day.ordinal()), days_of_year(day.year()))
            && self.holds_in_week(day)
            && (self.weekdays.is_empty() || self.weekdays.iter().any(|it| self.is_day(*it, day)))
    }

    /// The days of the period in which a day lies: its first, and the first of the next.
    pub(super) fn period(&self, day: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        match self.frequency {
            Frequency::Yearly => {
                let first = NaiveDate::from_yo_opt(day.year(), 1)?;
                Some((first, NaiveDate::from_yo_opt(day.year() + 1, 1)?))
            }
            Frequency::Monthly => {
                let first = day.with_day(1)?;
                Some((first, first.checked_add_months(chrono::Months::new(1))?))
            }
            Frequency::Weekly => {
                let first = week_of(day, self.week_start);
                Some((first, first.checked_add_days(Days::new(7))?))
            }
            Frequency::Daily | Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => {
                Some((day, day.succ_opt()?))
            }
        }
    }

    /// Whether the period of that day is one of those that the interval leaves.
    fn is_in_turn(&self, day: NaiveDate, start: NaiveDate) -> bool {
        let months = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
        let periods = match self.frequency {
            Frequency::Yearly => i64::from(day.year()) - i64::from(start.year()),
            Frequency::Monthly => months(day) - months(start),
            Frequency::Weekly => {
                let (this, first) =
                    (week_of(day, self.week_start), week_of(start, self.week_start));
                this.signed_duration_since(first).num_days() / 7
            }
            Frequency::Daily => day.signed_duration_since(start).num_days(),
            // Their turns are counted in their own unit.
            Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => 0,
        };
        periods % self.interval == 0
    }

    fn is_day(&self, rule: WeekdayRule, day: NaiveDate) -> bool {
        let Some(nth) = rule.nth else { return rule.day == day.weekday() };
        let in_year = self.frequency == Frequency::Yearly && self.months.is_empty();
        let (place, length) = if in_year {
            (number(day.ordinal()), days_of_year(day.year()))
        } else {
            (number(day.day()), days_of_month(day))
        };
        let (from_start, from_end) = ((place - 1) / 7 + 1, -((length - place) / 7 + 1));
        rule.day == day.weekday() && (nth == from_start || nth == from_end)
    }

    /// Weeks are numbered as ISO does it, whatever day they begin on.
    fn holds_in_week(&self, day: NaiveDate) -> bool {
        if self.weeks.is_empty() {
            return true;
        }
        let week = week_of(day, self.week_start);
        // The year that has most of its days.
        let year = (week + Days::new(3)).year();
        let first =
            |year| NaiveDate::from_ymd_opt(year, 1, 4).map(|day| week_of(day, self.week_start));
        let (Some(first_of_this), Some(first_of_next)) = (first(year), first(year + 1)) else {
            return false;
        };
        let weeks = |from: NaiveDate, to: NaiveDate| {
            i32::try_from(to.signed_duration_since(from).num_days() / 7).unwrap_or_default()
        };
        counts(&self.weeks, weeks(first_of_this, week) + 1, weeks(first_of_this, first_of_next))
    }
}

/// Whether a list names that one of `length`, from the start or from the end; an empty list names
/// all.
fn counts(list: &[i32], place: i32, length: i32) -> bool {
    list.is_empty() || list.contains(&place) || list.contains(&(place - length - 1))
}

fn week_of(day: NaiveDate, week_start: Weekday) -> NaiveDate {
    day - Days::new(u64::from(day.weekday().days_since(week_start)))
}

fn days_of_month(day: NaiveDate) -> i32 {
    let days = |month| NaiveDate::from_ymd_opt(day.year(), month, 1);
    let next = if day.month() == 12 { None } else { days(day.month() + 1) };
    let length = days(day.month())
        .zip(next)
        .map_or(31, |(first, next)| next.signed_duration_since(first).num_days());
    i32::try_from(length).unwrap_or(31)
}

fn days_of_year(year: i32) -> i32 {
    NaiveDate::from_ymd_opt(year, 12, 31).map_or(365, |day| number(day.ordinal()))
}

fn number(of: u32) -> i32 {
    i32::try_from(of).unwrap_or(i32::MAX)
}
