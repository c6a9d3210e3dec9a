//! `?asOf=`: lists as they were at a position of the ledger.

use serde::Deserialize;

use crate::http::problem::{Code, Problem};

/// A position of the ledger, from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct AsOf(i64);

impl AsOf {
    /// The parameter's name.
    pub const NAME: &'static str = "asOf";

    /// The position, if one was asked for.
    pub fn checked(wanted: Option<Self>) -> Result<Option<i64>, Problem> {
        match wanted {
            None => Ok(None),
            Some(Self(position)) if position >= 1 => Ok(Some(position)),
            Some(_) => {
                Err(Problem::new(Code::InvalidQuery).at(Self::NAME, "is a number from 1 on"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_begins_at_one() {
        assert_eq!(AsOf::checked(None).expect("none"), None);
        assert_eq!(AsOf::checked(Some(AsOf(7))).expect("one"), Some(7));
        assert!(AsOf::checked(Some(AsOf(0))).is_err());
    }
}
