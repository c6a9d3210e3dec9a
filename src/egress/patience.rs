//! What an answer says of when to ask again.

use std::time::Duration;

use reqwest::header::{self, HeaderMap};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// How long whoever answered with these headers asks to be left alone, in seconds or until a date; so much at most.
pub fn retry_after(headers: &HeaderMap, now: OffsetDateTime, most: Duration) -> Option<Duration> {
    let after = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let asked = if let Ok(seconds) = after.parse::<u64>() {
        Duration::from_secs(seconds)
    } else {
        let date = OffsetDateTime::parse(after, &Rfc2822).ok()?;
        Duration::try_from(date - now).unwrap_or_default()
    };
    Some(asked.min(most))
}
