//! Time zones by their IANA names.

use chrono_tz::Tz;

use super::ScheduleError;
use crate::diagnostic::did_you_mean;

pub(super) fn read_zone(name: &str) -> Result<Tz, ScheduleError> {
    name.parse().map_err(|_| {
        let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        let near = did_you_mean(name, known);
        ScheduleError::Zone(format!(
            "\"{}\" is no IANA time zone, such as \"Europe/Zurich\"{near}",
            name.escape_debug()
        ))
    })
}
