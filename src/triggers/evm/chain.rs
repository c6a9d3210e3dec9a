//! What triggers have to know of chains.

use serde_json::Value;

use super::level::Delivery;

/// The chains that there are: id, name, and after how many blocks on top of it a block is rarely
/// replaced, which takes between some seconds and two minutes.
const CHAINS: [(u64, &str, u64); 20] = [
    (1, "Ethereum", 6),
    (10, "Optimism", 10),
    (56, "BNB Chain", 15),
    (100, "Gnosis", 12),
    (130, "Unichain", 20),
    (137, "Polygon", 32),
    (146, "Sonic", 5),
    (324, "ZKsync Era", 20),
    (999, "HyperEVM", 10),
    (8_453, "Base", 10),
    (42_161, "Arbitrum One", 20),
    (42_220, "Celo", 10),
    (43_114, "Avalanche", 5),
    (59_144, "Linea", 10),
    (80_094, "Berachain", 10),
    (81_457, "Blast", 10),
    (534_352, "Scroll", 10),
    (84_532, "Base Sepolia", 10),
    (11_155_111, "Sepolia", 6),
    (31_337, "Anvil", 0),
];

/// Reads `chainId`: a number, or its text.
///
/// # Errors
/// What is wrong with it.
pub(super) fn chain_id(value: Option<&Value>) -> Result<u64, String> {
    let number = match value {
        None | Some(Value::Null) => return Err("it is missing: the chain's id, as 1".to_owned()),
        Some(Value::String(text)) => text.parse().ok(),
        Some(value) => value.as_u64(),
    };
    let number: u64 = number.ok_or("a chain's id is a number, as in 1 for Ethereum")?;
    if confirmations(number).is_some() {
        return Ok(number);
    }
    let known: Vec<_> = CHAINS.iter().map(|(id, name, _)| format!("{id} ({name})")).collect();
    Err(format!("this chain is not known here; known are {}", known.join(", ")))
}

/// How sure triggers of a chain are where they do not say it.
pub(super) fn default_delivery(chain: u64) -> Delivery {
    match confirmations(chain) {
        None | Some(0) => Delivery::Seen,
        Some(blocks) => Delivery::Confirmations(blocks),
    }
}

fn confirmations(chain: u64) -> Option<u64> {
    CHAINS.iter().find(|(id, _, _)| *id == chain).map(|(_, _, confirmations)| *confirmations)
}
