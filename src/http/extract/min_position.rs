//! `?minPosition=`: reads that must not be older than a write.

use serde::Deserialize;

use crate::http::problem::{Code, Problem};

/// A position that a view must have reached before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct MinPosition(i64);

impl MinPosition {
    /// The position; 0 when none was asked for.
    pub fn checked(wanted: Option<Self>) -> Result<i64, Problem> {
        match wanted {
            None => Ok(0),
            Some(Self(position)) if position >= 0 => Ok(position),
            Some(_) => Err(Problem::new(Code::InvalidQuery)
                .at("minPosition", "must be a position, which is not negative")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_position_is_older_than_all() {
        assert_eq!(MinPosition::checked(None).expect("none"), 0);
        assert_eq!(MinPosition::checked(Some(MinPosition(7))).expect("one"), 7);
        assert!(MinPosition::checked(Some(MinPosition(-1))).is_err());
    }
}
