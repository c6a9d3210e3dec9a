//! Functions of instants. There is no clock among them: an expression gives the same value however
//! often it is evaluated.

use time::format_description::well_known::Rfc3339;
use time::{Date, Duration, OffsetDateTime, Time, UtcOffset};

use super::call::{Call, made};
use super::table::{Function, Nulls, Outcome, optional, required};
use crate::duration::{DAY, HOUR, MINUTE, SECOND, WEEK, duration};
use crate::expression::budget::Complaint;
use crate::expression::exact::{Exact, Rounding};
use crate::instant;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "parseDate",
        parameters: &[required("time"), optional("unit")],
        about: "An instant in UTC from RFC 3339, from a date alone, or from the seconds (`'s'`) or \
                milliseconds (`'ms'`) since 1970.",
        examples: &[
            ("parseDate('2026-03-01T13:00:00+01:00')", "\"2026-03-01T12:00:00.000000Z\""),
            ("parseDate('2026-03-01')", "\"2026-03-01T00:00:00.000000Z\""),
            ("parseDate(1772366400500, 'ms')", "\"2026-03-01T12:00:00.500000Z\""),
        ],
        nulls: Nulls::First,
        body: parse_date,
    },
    Function {
        name: "toEpoch",
        parameters: &[required("time"), optional("unit")],
        about: "The whole seconds (`'s'`) or milliseconds (`'ms'`) since 1970.",
        examples: &[
            ("toEpoch('2026-03-01T12:00:00Z')", "1772366400"),
            ("toEpoch('2026-03-01', 'ms')", "1772323200000"),
        ],
        nulls: Nulls::First,
        body: to_epoch,
    },
    Function {
        name: "formatDate",
        parameters: &[required("time"), required("pattern"), optional("offset")],
        about: "The instant by a pattern (see above), in UTC or at an offset like `'+02:00'`.",
        examples: &[
            (
                "formatDate('2026-03-01T09:05:00Z', 'D MMM YYYY [at] HH:mm')",
                "\"1 Mar 2026 at 09:05\"",
            ),
            (
                "formatDate('2026-03-01T23:30:00Z', 'YYYY-MM-DD Z', '+02:00')",
                "\"2026-03-02 +02:00\"",
            ),
        ],
        nulls: Nulls::First,
        body: format_date,
    },
    Function {
        name: "addTime",
        parameters: &[required("time"), required("duration")],
        about: "The instant that much later, or earlier with a minus before the duration; units are \
                `w`, `d`, `h`, `m`, `s` and `ms`.",
        examples: &[
            ("addTime('2026-03-01', '1h30m')", "\"2026-03-01T01:30:00.000000Z\""),
            ("addTime('2026-03-01', '-1d')", "\"2026-02-28T00:00:00.000000Z\""),
        ],
        nulls: Nulls::First,
        body: add_time,
    },
    Function {
        name: "dateDiff",
        parameters: &[required("from"), required("to"), optional("unit")],
        about: "How many whole units lie between two instants, `'s'` unless it is `'ms'`, `'m'`, \
                `'h'`, `'d'` or `'w'`; negative when the second is the earlier one.",
        examples: &[
            ("dateDiff('2026-03-01', '2026-03-02T12:00:00Z', 'h')", "36"),
            ("dateDiff('2026-03-02', '2026-03-01', 'd')", "-1"),
        ],
        nulls: Nulls::First,
        body: date_diff,
    },
    Function {
        name: "startOf",
        parameters: &[required("time"), required("unit")],
        about: "The beginning in UTC of the `'minute'`, `'hour'`, `'day'`, `'week'` (a Monday), \
                `'month'` or `'year'` that the instant lies in.",
        examples: &[
            ("startOf('2026-03-05T12:00:00Z', 'week')", "\"2026-03-02T00:00:00.000000Z\""),
            ("startOf('2026-03-05', 'month')", "\"2026-03-01T00:00:00.000000Z\""),
        ],
        nulls: Nulls::First,
        body: start_of,
    },
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Epoch {
    Seconds,
    Milliseconds,
}

const EPOCHS: [(&str, Epoch); 2] = [("s", Epoch::Seconds), ("ms", Epoch::Milliseconds)];

const UNITS: [(&str, u64); 6] =
    [("s", SECOND), ("ms", 1), ("m", MINUTE), ("h", HOUR), ("d", DAY), ("w", WEEK)];

/// The years that RFC 3339 can write.
fn writable(at: OffsetDateTime) -> Option<OffsetDateTime> {
    let at = instant::normal(at);
    (0..=9999).contains(&at.year()).then_some(at)
}

fn out_of_time() -> Complaint {
    Complaint("the instant lies outside the years 0 to 9999".to_owned())
}

fn instant_text<'a>(at: Option<OffsetDateTime>) -> Outcome<'a> {
    made(instant::text(at.and_then(writable).ok_or_else(out_of_time)?))
}

/// An instant; numbers are seconds since 1970.
fn moment(call: &Call<'_, '_>, index: usize, epoch: Epoch) -> Result<OffsetDateTime, Complaint> {
    let expected = "an instant like 2026-03-01T12:00:00Z, a date like 2026-03-01, or the seconds \
                    since 1970";
    let text = call.text(index)?;
    let read = match Exact::read(&text) {
        Ok(number) => since_1970(&number, epoch),
        Err(_) => OffsetDateTime::parse(&text, &Rfc3339).ok().or_else(|| midnight(&text)),
    };
    read.and_then(writable).ok_or_else(|| call.wrong(index, expected))
}

fn since_1970(number: &Exact, epoch: Epoch) -> Option<OffsetDateTime> {
    let shift = match epoch {
        Epoch::Seconds => 6,
        Epoch::Milliseconds => 3,
    };
    let micros = number.shifted(shift).ok()?.rounded(0, Rounding::Down).ok()?.small()?;
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).ok()
}

fn midnight(text: &str) -> Option<OffsetDateTime> {
    let day = time::macros::format_description!("[year]-[month]-[day]");
    Some(Date::parse(text, day).ok()?.with_time(Time::MIDNIGHT).assume_utc())
}

fn parse_date<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    instant_text(Some(moment(call, 0, call.one_of(1, &EPOCHS)?)?))
}

fn to_epoch<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let at = moment(call, 0, Epoch::Seconds)?;
    made(match call.one_of(1, &EPOCHS)? {
        Epoch::Seconds => at.unix_timestamp(),
        Epoch::Milliseconds => at.unix_timestamp() * 1_000 + i64::from(at.millisecond()),
    })
}

fn add_time<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let at = moment(call, 0, Epoch::Seconds)?;
    let text = call.text(1)?;
    let (is_back, length) = text.strip_prefix('-').map_or((false, &*text), |rest| (true, rest));
    let milliseconds = duration(length).and_then(|length| i64::try_from(length).ok());
    let expected = "a duration like 1h30m, 2d, 250ms or PT15M";
    let length = Duration::milliseconds(milliseconds.ok_or_else(|| call.wrong(1, expected))?);
    instant_text(if is_back { at.checked_sub(length) } else { at.checked_add(length) })
}

fn date_diff<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let unit = call.one_of(2, &UNITS)?;
    let between = moment(call, 1, Epoch::Seconds)? - moment(call, 0, Epoch::Seconds)?;
    // Ten thousand years are far fewer milliseconds than 64 bits count.
    let milliseconds = i64::try_from(between.whole_milliseconds()).unwrap_or(i64::MAX);
    made(milliseconds / i64::try_from(unit).unwrap_or(i64::MAX))
}

#[derive(Clone, Copy)]
enum Period {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

const PERIODS: [(&str, Period); 6] = [
    ("minute", Period::Minute),
    ("hour", Period::Hour),
    ("day", Period::Day),
    ("week", Period::Week),
    ("month", Period::Month),
    ("year", Period::Year),
];

fn start_of<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    if !call.has(1) {
        return Err(call.wrong(1, "the name of a period, like 'day'"));
    }
    let at = moment(call, 0, Epoch::Seconds)?;
    let midnight = at.replace_time(Time::MIDNIGHT);
    let hour = midnight + Duration::hours(at.hour().into());
    let days = |count: u16| midnight.checked_sub(Duration::days(count.into()));
    instant_text(match call.one_of(1, &PERIODS)? {
        Period::Minute => Some(hour + Duration::minutes(at.minute().into())),
        Period::Hour => Some(hour),
        Period::Day => Some(midnight),
        Period::Week => days(at.weekday().number_days_from_monday().into()),
        Period::Month => days(u16::from(at.day()) - 1),
        Period::Year => days(at.ordinal() - 1),
    })
}

fn format_date<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let at = moment(call, 0, Epoch::Seconds)?;
    let pattern = call.text(1)?;
    let offset = if call.has(2) { offset(call)? } else { UtcOffset::UTC };
    let at = at.checked_to_offset(offset).ok_or_else(out_of_time)?;
    let mut text = call.growing_text();
    let mut rest = &*pattern;
    while let Some(first) = rest.chars().next() {
        if let Some(literal) = rest.strip_prefix('[') {
            let end =
                literal.find(']').ok_or_else(|| call.wrong(1, "a pattern whose [ is closed"))?;
            text.push(&literal[..end])?;
            rest = &literal[end + 1..];
            continue;
        }
        if first.is_alphabetic() {
            let known = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign));
            let (sign, write) = known.ok_or_else(|| {
                let known = SIGNS.map(|(sign, _)| sign).join(", ");
                call.wrong(1, &format!("a pattern of {known}, with other words in [brackets]"))
            })?;
            text.push(&write(at))?;
            rest = &rest[sign.len()..];
        } else {
            text.push(&rest[..first.len_utf8()])?;
            rest = &rest[first.len_utf8()..];
        }
    }
    made(text.done())
}

/// What a sign of a pattern stands for.
type Write = fn(OffsetDateTime) -> String;

/// What a pattern is made of, longer signs before those that they begin with.
const SIGNS: [(&str, Write); 18] = [
    ("YYYY", |at| format!("{:04}", at.year())),
    ("MMMM", |at| at.month().to_string()),
    ("MMM", |at| short(&at.month().to_string())),
    ("MM", |at| format!("{:02}", u8::from(at.month()))),
    ("M", |at| u8::from(at.month()).to_string()),
    ("DD", |at| format!("{:02}", at.day())),
    ("D", |at| at.day().to_string()),
    ("dddd", |at| at.weekday().to_string()),
    ("ddd", |at| short(&at.weekday().to_string())),
    ("HH", |at| format!("{:02}", at.hour())),
    ("H", |at| at.hour().to_string()),
    ("hh", |at| format!("{:02}", hour_of_half_day(at))),
    ("h", |at| hour_of_half_day(at).to_string()),
    ("mm", |at| format!("{:02}", at.minute())),
    ("ss", |at| format!("{:02}", at.second())),
    ("SSS", |at| format!("{:03}", at.millisecond())),
    ("A", |at| if at.hour() < 12 { "AM".to_owned() } else { "PM".to_owned() }),
    ("Z", |at| zone(at.offset())),
];

fn short(name: &str) -> String {
    name.chars().take(3).collect()
}

/// From 1 to 12.
fn hour_of_half_day(at: OffsetDateTime) -> u8 {
    (at.hour() + 11) % 12 + 1
}

/// `Z`, or `+02:00`.
fn zone(offset: UtcOffset) -> String {
    if offset.is_utc() {
        return "Z".to_owned();
    }
    let (hours, minutes, _) = offset.as_hms();
    let sign = if offset.is_negative() { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", hours.unsigned_abs(), minutes.unsigned_abs())
}

fn offset(call: &Call<'_, '_>) -> Result<UtcOffset, Complaint> {
    let text = call.text(2)?;
    let description =
        time::macros::format_description!("[offset_hour sign:mandatory]:[offset_minute]");
    if text == "Z" {
        return Ok(UtcOffset::UTC);
    }
    UtcOffset::parse(&text, description).map_err(|_| call.wrong(2, "an offset like +02:00 or Z"))
}
