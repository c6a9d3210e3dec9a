//! Which chain a text or a number means, wherever somebody writes one.

use serde_json::Value;

use super::catalogue::Chain;

/// The largest number of a chain: beyond it, JSON of other languages is not exact.
const LARGEST: u64 = 9_007_199_254_740_991;

/// Reads `chainId`: a number, its text, or the name of a chain that is known. A chain that is not
/// known may be one that the installation or an organization names.
///
/// # Errors
/// What is wrong with it.
pub fn chain_id(value: Option<&Value>) -> Result<u64, String> {
    let number = match value {
        None | Some(Value::Null) => return Err("it is missing: the chain's id, as 1".to_owned()),
        Some(Value::String(text)) => match Chain::named(text) {
            Some(chain) => Some(chain.id.0),
            None => text.parse().ok(),
        },
        Some(value) => value.as_u64(),
    };
    if let Some(number) = number.filter(|number| (1..=LARGEST).contains(number)) {
        return Ok(number);
    }
    let known: Vec<_> = Chain::all().iter().map(|it| format!("{} ({})", it.id, it.slug)).collect();
    Err(format!("it is no chain's id, nor the name of a known one: {}", known.join(", ")))
}
