//! Where an endpoint may be.

use std::time::Duration;

use crate::egress::{Egress, Refusal, Url};

/// How long a name is looked for. One that is not found in time is let pass: it is judged again, each time
/// that something is sent.
const PATIENCE: Duration = Duration::from_secs(3);

/// Why an endpoint may not be there.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The text is no URL.
    #[error("cannot be read as a URL: {0}")]
    Unreadable(url::ParseError),
    /// It would be sent in the clear.
    #[error(
        "must be https: plain http is only sent to addresses that an operator opened with the setting `egress.allow`"
    )]
    Plain,
    /// It leads where nothing may be sent.
    #[error("leads where nothing is sent: {0}")]
    Closed(Refusal),
}

/// Judges where endpoints are. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Door {
    egress: Egress,
}

impl Door {
    /// Judges by what this way out lets through.
    pub const fn new(egress: Egress) -> Self {
        Self { egress }
    }

    /// Whether an endpoint may be there, by all that can be known now.
    pub async fn judge(&self, url: &str) -> Result<(), Refused> {
        let url = Url::parse(url).map_err(Refused::Unreadable)?;
        let is_opened = self.egress.may_reach(&url, PATIENCE).await.map_err(Refused::Closed)?;
        if url.scheme() == "https" || is_opened { Ok(()) } else { Err(Refused::Plain) }
    }
}
