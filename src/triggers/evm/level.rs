//! How sure a trigger wants to be before a run begins, and what becomes of the run when the chain
//! takes back what started it.

use serde_json::Value;

/// How sure a trigger wants to be before its run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// At once, when the block is seen.
    Seen,
    /// When so many blocks stand on its block.
    Confirmations(u64),
    /// When the chain calls its block safe.
    Safe,
    /// When the chain calls its block final.
    Finalized,
}

/// What becomes of a run whose match the chain has taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnReorg {
    /// It goes on; the retraction stands on the ledger.
    #[default]
    Ignore,
    /// It is cancelled.
    Cancel,
    /// It is cancelled, and what it did is undone by its compensations.
    Compensate,
}

/// More confirmations than these are no more certain, and a trigger that waits for them for ever
/// would be one that nobody meant.
pub const MAX_CONFIRMATIONS: u64 = 10_000;

impl Delivery {
    /// Reads `delivery`; `default` where there is none.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(value: Option<&Value>, default: Self) -> Result<Self, String> {
        let cure = "it is \"seen\", \"safe\", \"finalized\" or {\"confirmations\": 12}";
        match value {
            None | Some(Value::Null) => Ok(default),
            Some(Value::String(word)) => match word.as_str() {
                "seen" => Ok(Self::Seen),
                "safe" => Ok(Self::Safe),
                "finalized" => Ok(Self::Finalized),
                _ => Err(cure.to_owned()),
            },
            Some(value) => {
                let blocks = value.get("confirmations").and_then(Value::as_u64).ok_or(cure)?;
                if blocks > MAX_CONFIRMATIONS {
                    return Err(format!(
                        "at most {MAX_CONFIRMATIONS} confirmations are waited for"
                    ));
                }
                Ok(if blocks == 0 { Self::Seen } else { Self::Confirmations(blocks) })
            }
        }
    }

    /// How many blocks of another branch have to stand where the match was before it counts as
    /// gone: a transaction that only moves is put into one of the next blocks.
    pub fn patience(self) -> u64 {
        /// So many blocks later at the latest a transaction that was only moved is there again.
        const LEAST: u64 = 2;
        match self {
            Self::Seen | Self::Safe | Self::Finalized => LEAST,
            Self::Confirmations(blocks) => blocks.max(LEAST),
        }
    }
}

impl OnReorg {
    /// Reads `onReorg`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(value: Option<&Value>) -> Result<Self, String> {
        match value.map(Value::as_str) {
            None | Some(Some("ignore")) => Ok(Self::Ignore),
            Some(Some("cancel")) => Ok(Self::Cancel),
            Some(Some("compensate")) => Ok(Self::Compensate),
            Some(Some(_) | None) => {
                Err("it is \"ignore\", \"cancel\" or \"compensate\"".to_owned())
            }
        }
    }

    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Cancel => "cancel",
            Self::Compensate => "compensate",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_level_is_refused() {
        for odd in [
            json!("soon"),
            json!({"confirmations": -1}),
            json!({}),
            json!(3),
            json!({"confirmations": 1e9}),
        ] {
            assert!(Delivery::read(Some(&odd), Delivery::Seen).is_err(), "{odd}");
        }
        assert_eq!(Delivery::read(None, Delivery::Safe), Ok(Delivery::Safe));
        assert_eq!(OnReorg::read(None), Ok(OnReorg::Ignore));
        assert!(OnReorg::read(Some(&json!("undo"))).is_err());
        assert!(OnReorg::read(Some(&json!(1))).is_err());
    }
}
