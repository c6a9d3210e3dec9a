//! `?minPosition=`: reads that must not be older than a write.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::problem::{Code, Problem};

/// A position that a view must have reached before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct MinPosition(i64);

/// How current an answer must be, where nothing else is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Freshness {
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    pub(in crate::http) min_position: Option<MinPosition>,
}

impl MinPosition {
    /// The parameter's name.
    pub const NAME: &'static str = "minPosition";

    /// The position; 0 when none was asked for.
    pub fn checked(wanted: Option<Self>) -> Result<i64, Problem> {
        match wanted {
            None => Ok(0),
            Some(Self(position)) if position >= 0 => Ok(position),
            Some(_) => Err(Problem::new(Code::InvalidQuery)
                .at(Self::NAME, "must be a position, which is not negative")),
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
