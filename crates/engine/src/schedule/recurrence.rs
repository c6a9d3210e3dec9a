//! A rule with its start: when it comes round, found from any instant on without a walk from the
//! start.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::ScheduleError;
use super::read_rule::{Ending, Written};
use super::rule::Rule;
use super::times::Times;
use super::wall_clock::{moments, shown};

/// How far ahead a rule is searched: what comes on 29 February of a leap year and on a certain
/// weekday may take forty.
const HORIZON_YEARS: i32 = 100;
/// How many days and times are looked at in one search; a hundred years have 36,525 days. About a
/// millisecond.
const STEPS: u32 = 100_000;
/// How often a rule with a COUNT may come round: so many are walked through when it is read.
const MAX_COUNT: u32 = 10_000;
/// Of how many times a BYSETPOS may choose, in one period.
const MAX_CHOICE: u32 = 10_000;
/// The longest change of a clock that is looked out for, in seconds.
const CHANGE: i64 = 3 * 3_600;

/// When a rule comes round from its start on.
#[derive(Debug, Clone)]
pub(super) struct Recurrence {
    rule: Rule,
    times: Times,
    /// Its start as the clock on the wall showed it, and in seconds since 1970.
    start: NaiveDateTime,
    started_at: i64,
    /// The last instant at which it may come round.
    end: Option<i64>,
}

impl Recurrence {
    /// Reads one, and the zone in which it is counted.
    pub(super) fn read(text: &str, zone: Option<Tz>) -> Result<(Self, Tz), ScheduleError> {
        let Written { start, zone, mut rule, ending } = Written::read(text, zone)?;
        let wrong = |message: String| Err(ScheduleError::Pattern(message));
        rule.complete_days(start);
        let times = rule.times(start);
        let Some(started_at) = moments(zone, start, super::wall_clock::Pace::Fixed) else {
            return wrong("DTSTART lies outside of what calendars know".to_owned());
        };
        let choice = rule.frequency.days().saturating_mul(times.count());
        if !rule.positions.is_empty() && choice > MAX_CHOICE {
            return wrong(format!(
                "BYSETPOS would choose of {choice} times in each period, at most {MAX_CHOICE}: \
                 restrict BYHOUR, BYMINUTE and BYSECOND"
            ));
        }
        let started_at = started_at.first;
        let mut it = Self { rule, times, start, started_at, end: None };
        it.end = match ending {
            Ending::Never => None,
            Ending::At(until) => Some(until),
            Ending::Count(count) if count > MAX_COUNT => {
                return wrong(format!("COUNT is at most {MAX_COUNT}; give UNTIL instead"));
            }
            Ending::Count(count) => {
                let first = it.next_after(started_at - 1, zone);
                let next = |last: &i64| it.next_after(*last, zone);
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                std::iter::successors(first, next).take(count).last()
            }
        };
        if it.next_after(started_at - 1, zone).is_none() {
            return wrong(format!(
                "the recurrence never comes round: within {HORIZON_YEARS} years of DTSTART there \
                 is no such time, or it would take too long to find"
            ));
        }
        Ok((it, zone))
    }

    /// The first second after that one at which it comes round.
    pub(super) fn next_after(&self, at: i64, zone: Tz) -> Option<i64> {
        let at = at.max(self.started_at - 1);
        if self.end.is_some_and(|end| at >= end) {
            return None;
        }
        let (shows, later) = (shown(zone, at)?, shown(zone, at + CHANGE)?);
        let stays = later - shows == TimeDelta::seconds(CHANGE);
        // Where the clock is about to be set back, what it shows earlier may come later.
        let mut from = if stays { shows } else { shows - TimeDelta::seconds(CHANGE) };
        let (pace, mut steps) = (self.rule.frequency.pace(), STEPS);
        let mut best: Option<i64> = None;
        while let Some(wall) = self.next_wall(from, &mut steps) {
            from = wall + TimeDelta::seconds(1);
            let Some(moments) = moments(zone, wall, pace) else { continue };
            if best.is_some_and(|best| moments.first >= best) {
                break;
            }
            let comes = [moments.first, moments.last].into_iter().find(|it| *it > at);
            best = best.into_iter().chain(comes).min();
        }
        best.filter(|best| self.end.is_none_or(|end| *best <= end))
    }

    /// The first time that a clock on the wall shows, at or after that one, at which it comes
    /// round.
    fn next_wall(&self, from: NaiveDateTime, steps: &mut u32) -> Option<NaiveDateTime> {
        let mut at = from.max(self.start);
        let horizon = at.year().saturating_add(HORIZON_YEARS);
        if !self.rule.positions.is_empty() {
            return self.next_chosen(at, horizon, steps);
        }
        while at.year() <= horizon {
            *steps = steps.checked_sub(1)?;
            let day = at.date();
            let time = self.rule.holds_on(day, self.start.date());
            let time = time.then(|| self.times.at_or_after(at.time())).flatten();
            let Some(time) = time else {
                at = day.succ_opt()?.and_time(NaiveTime::MIN);
                continue;
            };
            at = day.and_time(time);
            match self.next_turn(at) {
                None => return Some(at),
                Some(turn) => at = turn,
            }
        }
        None
    }

    /// Where the next turn begins, when a time is in none: each so many hours, minutes or seconds.
    fn next_turn(&self, at: NaiveDateTime) -> Option<NaiveDateTime> {
        let unit = self.rule.frequency.seconds()?;
        let units = |wall: NaiveDateTime| wall.and_utc().timestamp().div_euclid(unit);
        let behind = (units(at) - units(self.start)).rem_euclid(self.rule.interval);
        if behind == 0 {
            return None;
        }
        let turn = (units(at) + self.rule.interval - behind).checked_mul(unit)?;
        Some(chrono::DateTime::from_timestamp(turn, 0)?.naive_utc())
    }

    /// The same for a rule that chooses of the times of a period.
    fn next_chosen(
        &self,
        from: NaiveDateTime,
        horizon: i32,
        steps: &mut u32,
    ) -> Option<NaiveDateTime> {
        let (mut first, mut next) = self.rule.period(from.date())?;
        while first.year() <= horizon {
            let times = self.times_of(first, next, steps)?;
            let chosen = self.rule.positions.iter().filter_map(|position| {
                let place = usize::try_from(position.unsigned_abs()).ok()?;
                let from_start = place.checked_sub(1)?;
                let from_end = times.len().checked_sub(place);
                times.get(if *position > 0 { from_start } else { from_end? }).copied()
            });
            if let Some(chosen) = chosen.filter(|it| *it >= from).min() {
                return Some(chosen);
            }
            (first, next) = self.rule.period(next)?;
        }
        None
    }

    fn times_of(
        &self,
        first: NaiveDate,
        next: NaiveDate,
        steps: &mut u32,
    ) -> Option<Vec<NaiveDateTime>> {
        let mut times = Vec::new();
        for day in first.iter_days().take_while(|day| *day < next) {
            *steps = steps.checked_sub(1)?;
            if !self.rule.holds_on(day, self.start.date()) {
                continue;
            }
            let mut time = self.times.at_or_after(NaiveTime::MIN);
            while let Some(at) = time {
                *steps = steps.checked_sub(1)?;
                times.push(day.and_time(at));
                let (after, wraps) = at.overflowing_add_signed(TimeDelta::seconds(1));
                time = (wraps == 0).then(|| self.times.at_or_after(after)).flatten();
            }
        }
        Some(times)
    }
}
