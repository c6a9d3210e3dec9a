//! Schedules: at which instants a cron pattern comes round in a time zone.

use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use time::OffsetDateTime;

use crate::diagnostic::did_you_mean;

/// How long a pattern may be, in bytes. The longest that says something new lists every minute.
const MAX_PATTERN: usize = 256;

/// A cron pattern in a time zone.
///
/// Five fields (minute, hour, day of month, month, day of week) or six with seconds before them;
/// names, ranges, steps, lists, `L`, `W`, `#` and `@daily` and its like. When both days are
/// restricted, either is enough. What a change of the clock skips comes right after it when hour
/// and minute are fixed; what it repeats comes once.
#[derive(Debug, Clone)]
pub struct Schedule {
    cron: Cron,
    zone: Tz,
}

impl Schedule {
    /// Reads a pattern and the IANA name of a time zone, UTC when there is none.
    ///
    /// # Errors
    ///
    /// What is wrong, and the cure.
    pub fn read(pattern: &str, zone: Option<&str>) -> Result<Self, ScheduleError> {
        let wrong = |message: String| ScheduleError::Pattern(message);
        if pattern.len() > MAX_PATTERN {
            return Err(wrong(format!("a cron pattern has at most {MAX_PATTERN} characters")));
        }
        let fields = pattern.split_ascii_whitespace().count();
        if !pattern.trim_start().starts_with('@') && !(5..=6).contains(&fields) {
            return Err(wrong(format!(
                "a cron pattern has five fields (minute hour day month weekday), or six with \
                 seconds first; this one has {fields}"
            )));
        }
        let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed);
        let cron = parser.build().parse(pattern.trim()).map_err(|error| {
            wrong(format!("\"{}\" is no cron pattern: {error}", pattern.escape_debug()))
        })?;
        let zone = zone.map_or(Ok(Tz::UTC), read_zone)?;
        Ok(Self { cron, zone })
    }

    /// The first instant after that one at which the pattern comes round; none when it never does,
    /// as on the 30th of February.
    pub fn next_after(&self, at: OffsetDateTime) -> Option<OffsetDateTime> {
        let at = DateTime::<Utc>::from_timestamp(at.unix_timestamp(), at.nanosecond())?;
        let local = self.zone.from_utc_datetime(&at.naive_utc());
        let next = self.cron.find_next_occurrence(&local, false).ok()?;
        OffsetDateTime::from_unix_timestamp(next.timestamp()).ok()
    }
}

fn read_zone(name: &str) -> Result<Tz, ScheduleError> {
    name.parse().map_err(|_| {
        let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        let near = did_you_mean(name, known);
        ScheduleError::Zone(format!(
            "\"{}\" is no IANA time zone, such as \"Europe/Zurich\"{near}",
            name.escape_debug()
        ))
    })
}

/// What is wrong with a schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Its pattern.
    #[error("{0}")]
    Pattern(String),
    /// Its time zone.
    #[error("{0}")]
    Zone(String),
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use time::format_description::well_known::Rfc3339;

    use super::*;

    fn at(text: &str) -> OffsetDateTime {
        OffsetDateTime::parse(text, &Rfc3339).expect("an instant")
    }

    fn times(pattern: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let schedule = Schedule::read(pattern, Some(zone)).expect("a schedule");
        let mut now = at(from);
        let mut times = Vec::new();
        while times.len() < count {
            now = schedule.next_after(now).expect("a next time");
            times.push(now.format(&Rfc3339).expect("a year of four digits"));
        }
        times
    }

    fn fault(pattern: &str, zone: Option<&str>) -> String {
        Schedule::read(pattern, zone).expect_err("no schedule").to_string()
    }

    #[test]
    fn a_pattern_comes_round_in_its_time_zone() {
        let weekdays = times("0 9 * * MON-FRI", "Europe/Zurich", "2026-11-27T08:00:00Z", 2);
        assert_eq!(weekdays, ["2026-11-30T08:00:00Z", "2026-12-01T08:00:00Z"]);
        let seconds = times("*/20 * * * * *", "UTC", "2026-01-01T00:00:05.5Z", 3);
        let expected = ["2026-01-01T00:00:20Z", "2026-01-01T00:00:40Z", "2026-01-01T00:01:00Z"];
        assert_eq!(seconds, expected);
        assert_eq!(times("0 0 L * *", "UTC", "2028-02-01T00:00:00Z", 1), ["2028-02-29T00:00:00Z"]);
        assert_eq!(times("@daily", "UTC", "2026-01-01T00:00:00Z", 1), ["2026-01-02T00:00:00Z"]);
        // Either day is enough when both are restricted.
        let either = times("0 0 13 * FRI", "UTC", "2026-02-06T00:00:00Z", 3);
        let fridays = ["2026-02-13T00:00:00Z", "2026-02-20T00:00:00Z", "2026-02-27T00:00:00Z"];
        assert_eq!(either, fridays);
    }

    #[test]
    fn what_a_change_of_the_clock_skips_comes_right_after_it() {
        // In Zurich the hour from two to three does not exist on 29 March 2026.
        let nightly = times("30 2 * * *", "Europe/Zurich", "2026-03-27T12:00:00Z", 3);
        let expected = ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"];
        assert_eq!(nightly, expected);
    }

    #[test]
    fn what_a_change_of_the_clock_repeats_comes_once() {
        // On 25 October 2026 the hour from two to three comes twice.
        let nightly = times("30 2 * * *", "Europe/Zurich", "2026-10-24T12:00:00Z", 2);
        assert_eq!(nightly, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
        // What comes every half hour comes in both.
        let often = times("*/30 * * * *", "Europe/Zurich", "2026-10-25T00:15:00Z", 3);
        let expected = ["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"];
        assert_eq!(often, expected);
    }

    #[test]
    fn a_pattern_that_never_comes_says_so_at_once() {
        let before = Instant::now();
        let never = Schedule::read("0 0 30 2 *", None).expect("a pattern");
        assert_eq!(never.next_after(at("2026-01-01T00:00:00Z")), None);
        assert!(before.elapsed().as_millis() < 500, "took {:?}", before.elapsed());
    }

    #[test]
    fn a_wrong_schedule_says_what_is_wrong() {
        assert!(fault("* * * *", None).contains("this one has 4"));
        assert!(fault("0 9 * * * * 2027", None).contains("this one has 7"));
        assert!(fault("61 * * * *", None).contains("\"61 * * * *\" is no cron pattern"));
        assert!(fault("@sometimes", None).contains("no cron pattern"));
        assert!(fault(&"1,".repeat(200), None).contains("at most 256"));
        let zone = fault("0 9 * * *", Some("Europe/Zürich"));
        assert!(zone.contains("did you mean \"Europe/Zurich\"?"), "{zone}");
        assert!(fault("0 9 * * *", Some("\n")).contains("\\n"));
    }
}
