//! Reads `DTSTART` and `RRULE` of RFC 5545, and says what is wrong with them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

use super::ScheduleError;
use super::rule::{Frequency, Rule, WeekdayRule};
use super::wall_clock::{Pace, moments};
use super::zone::read_zone;
use crate::diagnostic::did_you_mean;

/// How many numbers a list of a rule may have: the days of a year.
const MAX_LIST: usize = 366;
/// The greatest interval: a quarter of a year in minutes, and more.
const MAX_INTERVAL: i64 = 1_000_000;
/// In which years a recurrence may start.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2200;
const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];
const PARTS: [&str; 14] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "BYMONTH",
    "BYWEEKNO",
    "BYYEARDAY",
    "BYMONTHDAY",
    "BYDAY",
    "BYHOUR",
    "BYMINUTE",
    "BYSECOND",
    "BYSETPOS",
];

/// When a rule ends.
pub(super) enum Ending {
    Never,
    /// The last second at which it may come round.
    At(i64),
    Count(u32),
}

/// A recurrence as it is written.
pub(super) struct Written {
    /// What the clock on the wall shows when it starts.
    pub(super) start: NaiveDateTime,
    pub(super) zone: Tz,
    pub(super) rule: Rule,
    pub(super) ending: Ending,
}

fn wrong(message: impl Into<String>) -> ScheduleError {
    ScheduleError::Pattern(message.into())
}

/// Text of others, short and harmless.
fn quoted(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    format!("\"{}\"", short.escape_debug())
}

impl Written {
    pub(super) fn read(text: &str, zone: Option<Tz>) -> Result<Self, ScheduleError> {
        let (mut start, mut rule) = (None, None);
        for line in text.split_ascii_whitespace() {
            let (slot, rest) = match line.to_ascii_uppercase() {
                upper if upper.starts_with("DTSTART") => (&mut start, line.get(7..)),
                upper if upper.starts_with("RRULE:") => (&mut rule, line.get(6..)),
                upper if upper.starts_with("FREQ=") => (&mut rule, Some(line)),
                _ => {
                    return Err(wrong(format!(
                        "a recurrence has one line DTSTART and one line RRULE, and no {}",
                        quoted(line)
                    )));
                }
            };
            if slot.replace(rest.unwrap_or_default()).is_some() {
                return Err(wrong("a recurrence has DTSTART and RRULE once each"));
            }
        }
        let Some(start) = start else {
            return Err(wrong(
                "a recurrence needs the line with its start before the rule; the time of day is \
                 taken from it: \"DTSTART:20261201T090000Z\\nRRULE:FREQ=DAILY\"",
            ));
        };
        let Some(rule) = rule else {
            return Err(wrong(
                "a recurrence needs the line with its rule behind the start: \
                 \"DTSTART:20261201T090000Z\\nRRULE:FREQ=DAILY\"",
            ));
        };
        let (start, zone) = read_start(start, zone)?;
        let (rule, ending) = read_rule(rule, zone)?;
        Ok(Self { start, zone, rule, ending })
    }
}

/// Reads what stands behind `DTSTART`.
fn read_start(text: &str, zone: Option<Tz>) -> Result<(NaiveDateTime, Tz), ScheduleError> {
    let cure = || {
        wrong(format!(
            "DTSTART{} is no start: write DTSTART:20261201T090000Z, or \
             DTSTART;TZID=Europe/Zurich:20261201T090000",
            quoted(text).trim_matches('"')
        ))
    };
    let (parameters, value) = text.split_once(':').ok_or_else(cure)?;
    let named = match parameters.split_once('=') {
        None if parameters.is_empty() => None,
        Some((name, zone)) if name.eq_ignore_ascii_case(";TZID") => Some(read_zone(zone)?),
        Some(_) | None => return Err(cure()),
    };
    if let (Some(named), Some(given)) = (named, zone)
        && named != given
    {
        return Err(ScheduleError::Zone(format!(
            "DTSTART has the time zone {named} and the schedule {given}: leave one of them out"
        )));
    }
    let zone = named.or(zone).unwrap_or(Tz::UTC);
    let (wall, is_utc) = read_wall(value).ok_or_else(cure)?;
    if !YEARS.contains(&chrono::Datelike::year(&wall)) {
        let (first, last) = (YEARS.start(), YEARS.end());
        return Err(wrong(format!("DTSTART lies in the years from {first} to {last}")));
    }
    match (is_utc, named) {
        (true, Some(_)) => Err(wrong("DTSTART with a TZID has no Z at its end")),
        (true, None) => Ok((zone.from_utc_datetime(&wall).naive_local(), zone)),
        (false, _) => Ok((wall, zone)),
    }
}

/// `20261201T090000`, and whether a `Z` stands behind it.
fn read_wall(text: &str) -> Option<(NaiveDateTime, bool)> {
    let (text, is_utc) = match text.strip_suffix(['Z', 'z']) {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (day, time) = text.split_once(['T', 't'])?;
    let time = digits(time, 6)?;
    let time = NaiveTime::from_hms_opt(time / 10_000, time / 100 % 100, time % 100)?;
    Some((read_day(day)?.and_time(time), is_utc))
}

fn read_day(text: &str) -> Option<NaiveDate> {
    let day = digits(text, 8)?;
    NaiveDate::from_ymd_opt(i32::try_from(day / 10_000).ok()?, day / 100 % 100, day % 100)
}

fn digits(text: &str, count: usize) -> Option<u32> {
    let is_number = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// The parts of a rule, by name.
struct Parts(Vec<(&'static str, String)>);

impl Parts {
    fn read(text: &str) -> Result<Self, ScheduleError> {
        let mut parts: Vec<(&'static str, String)> = Vec::new();
        for part in text.to_ascii_uppercase().split(';') {
            let (name, value) = part
                .split_once('=')
                .ok_or_else(|| wrong(format!("{} is no part of an RRULE", quoted(part))))?;
            let Some(name) = PARTS.into_iter().find(|known| *known == name) else {
                let near = did_you_mean(name, PARTS.into_iter());
                return Err(wrong(format!("an RRULE has no part {}{near}", quoted(name))));
            };
            if parts.iter().any(|(known, _)| *known == name) {
                return Err(wrong(format!("the RRULE has {name} twice")));
            }
            parts.push((name, value.to_owned()));
        }
        Ok(Self(parts))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Whole numbers between `least` and `most`; in lists that may count from the end, negative
    /// ones too.
    fn numbers(&self, name: &str, least: i32, most: i32) -> Result<Vec<i32>, ScheduleError> {
        let Some(text) = self.get(name) else { return Ok(Vec::new()) };
        let numbers: Option<Vec<i32>> = text
            .split(',')
            .take(MAX_LIST + 1)
            .map(|number| number.parse().ok().filter(|it| (least..=most).contains(it)))
            .collect();
        let is_fit =
            |numbers: &Vec<i32>| numbers.len() <= MAX_LIST && (least >= 0 || !numbers.contains(&0));
        numbers.filter(is_fit).ok_or_else(|| {
            let sign = if least < 0 { "1 to " } else { "" };
            let range = if least < 0 {
                format!("{sign}{most}, or from -1 to {least}")
            } else {
                format!("{least} to {most}")
            };
            wrong(format!("{name} lists numbers from {range}, not {}", quoted(text)))
        })
    }

    /// The same as bits of a set.
    fn set(&self, name: &str, most: i32) -> Result<u64, ScheduleError> {
        let numbers = self.numbers(name, 0, most)?;
        Ok(numbers.into_iter().fold(0, |set, number| set | 1 << number))
    }
}

fn read_rule(text: &str, zone: Tz) -> Result<(Rule, Ending), ScheduleError> {
    let parts = Parts::read(text)?;
    let known = || Frequency::NAMES.map(|(name, _)| name);
    let frequency = parts.get("FREQ").unwrap_or_default();
    let Some((name, frequency)) = Frequency::NAMES.into_iter().find(|(it, _)| *it == frequency)
    else {
        let near = did_you_mean(frequency, known().into_iter());
        let known = known().join(", ");
        return Err(wrong(format!("an RRULE has a FREQ, one of {known}{near}")));
    };
    let rule = Rule {
        frequency,
        interval: read_interval(&parts)?,
        week_start: match parts.get("WKST") {
            None => Weekday::Mon,
            Some(day) => read_weekday(day).ok_or_else(|| wrong("WKST is a day, such as MO"))?,
        },
        months: parts.numbers("BYMONTH", 1, 12)?,
        weeks: parts.numbers("BYWEEKNO", -53, 53)?,
        year_days: parts.numbers("BYYEARDAY", -366, 366)?,
        month_days: parts.numbers("BYMONTHDAY", -31, 31)?,
        weekdays: read_weekdays(&parts)?,
        hours: parts.set("BYHOUR", 23)?,
        minutes: parts.set("BYMINUTE", 59)?,
        seconds: parts.set("BYSECOND", 59)?,
        positions: parts.numbers("BYSETPOS", -366, 366)?,
    };
    fits(&rule, name)?;
    let ending = read_ending(&parts, zone)?;
    Ok((rule, ending))
}

/// What the RFC does not let a frequency have.
fn fits(rule: &Rule, name: &str) -> Result<(), ScheduleError> {
    use Frequency::{Daily, Monthly, Weekly, Yearly};
    let frequency = rule.frequency;
    let not_with = |part: &str| Err(wrong(format!("{part} has no meaning with FREQ={name}")));
    if !rule.weeks.is_empty() && frequency != Yearly {
        return not_with("BYWEEKNO");
    }
    if !rule.month_days.is_empty() && frequency == Weekly {
        return not_with("BYMONTHDAY");
    }
    if !rule.year_days.is_empty() && matches!(frequency, Monthly | Weekly | Daily) {
        return not_with("BYYEARDAY");
    }
    let is_counted = rule.weekdays.iter().any(|day| day.nth.is_some());
    if is_counted && (!matches!(frequency, Yearly | Monthly) || !rule.weeks.is_empty()) {
        return not_with("a number before a day in BYDAY");
    }
    if !rule.positions.is_empty() && frequency.seconds().is_some() {
        return not_with("BYSETPOS");
    }
    Ok(())
}

fn read_interval(parts: &Parts) -> Result<i64, ScheduleError> {
    let Some(text) = parts.get("INTERVAL") else { return Ok(1) };
    let interval = text.parse().ok().filter(|it| (1..=MAX_INTERVAL).contains(it));
    interval.ok_or_else(|| wrong(format!("INTERVAL is a whole number from 1 to {MAX_INTERVAL}")))
}

fn read_weekday(text: &str) -> Option<Weekday> {
    WEEKDAYS.into_iter().find(|(name, _)| *name == text).map(|(_, day)| day)
}

fn read_weekdays(parts: &Parts) -> Result<Vec<WeekdayRule>, ScheduleError> {
    let Some(text) = parts.get("BYDAY") else { return Ok(Vec::new()) };
    let days = text.split(',').take(MAX_LIST).map(|day| {
        let (nth, name) = day.split_at_checked(day.len().checked_sub(2)?)?;
        let day = read_weekday(name)?;
        let nth = if nth.is_empty() {
            None
        } else {
            Some(nth.parse().ok().filter(|it| *it != 0 && (-53..=53).contains(it))?)
        };
        Some(WeekdayRule { nth, day })
    });
    days.collect::<Option<_>>().ok_or_else(|| {
        wrong(format!("BYDAY lists days such as MO, or 1MO and -1FR, not {}", quoted(text)))
    })
}

fn read_ending(parts: &Parts, zone: Tz) -> Result<Ending, ScheduleError> {
    match (parts.get("COUNT"), parts.get("UNTIL")) {
        (None, None) => Ok(Ending::Never),
        (Some(_), Some(_)) => Err(wrong("an RRULE has COUNT or UNTIL, not both")),
        (Some(count), None) => {
            let count = count.parse().ok().filter(|count| *count > 0);
            count.map(Ending::Count).ok_or_else(|| wrong("COUNT is a whole number from 1"))
        }
        (None, Some(text)) => {
            let end_of_day = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or(NaiveTime::MIN);
            let until = match read_wall(text) {
                Some((wall, true)) => Some(Utc.from_utc_datetime(&wall).timestamp()),
                Some((wall, false)) => moments(zone, wall, Pace::Fixed).map(|it| it.last),
                // A day alone: to its end.
                None => read_day(text)
                    .and_then(|day| moments(zone, day.and_time(end_of_day), Pace::Running))
                    .map(|it| it.last),
            };
            until.map(Ending::At).ok_or_else(|| {
                wrong("UNTIL is a time, such as 20261231T235959Z, or a day, such as 20261231")
            })
        }
    }
}
