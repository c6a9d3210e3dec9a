//! When what an endpoint did not take is tried again.

use std::time::Duration;

use crate::aggregates::execution_hooks::MAX_RETRIES;

/// How long is waited after each try but the last: what Standard Webhooks recommend.
const PAUSES: [Duration; MAX_RETRIES as usize] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];
/// How long an endpoint may ask to be left alone; what is longer is cut.
pub const LONGEST_ASKED: Duration = Duration::from_hours(24);

/// How long is waited after so many tries; none when that was the last one. `chance`, between 0 and 1,
/// makes it up to a tenth longer, so that what failed together does not come together again.
pub fn pause(tried: u32, max_retries: u32, chance: f64) -> Option<Duration> {
    if tried == 0 || tried > max_retries {
        return None;
    }
    let pause = PAUSES.get(usize::try_from(tried - 1).ok()?)?;
    Some(pause.mul_f64(1.0 + chance.clamp(0.0, 1.0) / 10.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_those_of_the_schedule_a_tenth_longer_at_most_and_end() {
        let seconds = |tried| pause(tried, MAX_RETRIES, 0.0).map(|it| it.as_secs());
        let hours = |it: u64| Some(it * 3_600);
        assert_eq!([1, 2, 3].map(seconds), [Some(5), Some(300), Some(1_800)]);
        assert_eq!([4, 5, 6].map(seconds), [hours(2), hours(5), hours(10)]);
        assert_eq!([7, 8, 9].map(seconds), [hours(14), hours(20), hours(24)]);
        assert_eq!([0, 10, 11].map(seconds), [None; 3]);
        assert_eq!(pause(1, 0, 0.0), None);
        assert_eq!(pause(2, 9, 1.0), Some(Duration::from_secs(330)));
    }
}
