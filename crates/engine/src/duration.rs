//! Durations as authors write them: `15m`, `1h30m`, `250ms`, or ISO 8601.

pub(crate) const SECOND: u64 = 1_000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;
pub(crate) const WEEK: u64 = 7 * DAY;

/// The milliseconds of a duration like `15m`, `1h30m` or `250ms`, or of ISO 8601 in days, hours,
/// minutes and seconds, like `P1DT12H`.
pub fn duration(text: &str) -> Option<u64> {
    let text = text.trim();
    match text.strip_prefix('P') {
        Some(rest) => iso(rest),
        None => parts(
            text,
            &[("ms", 1), ("w", WEEK), ("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND)],
        ),
    }
}

fn iso(text: &str) -> Option<u64> {
    let (date, time) = match text.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let days = match (date, time) {
        ("", Some(_)) => 0,
        (date, _) => parts(date, &[("W", WEEK), ("D", DAY)])?,
    };
    let rest = match time {
        Some(time) => parts(time, &[("H", HOUR), ("M", MINUTE), ("S", SECOND)])?,
        None => 0,
    };
    days.checked_add(rest)
}

/// A row of numbers with units, every unit once at most.
fn parts(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let mut rest = text;
    let mut total: u64 = 0;
    let mut used = Vec::new();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let (unit, length) = units.iter().find(|(unit, _)| rest.starts_with(unit))?;
        if used.contains(unit) {
            return None;
        }
        used.push(*unit);
        rest = &rest[unit.len()..];
        total = total.checked_add(number.checked_mul(*length)?)?;
    }
    (!used.is_empty()).then_some(total)
}
