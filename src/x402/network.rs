//! How the versions name chains: version 1 by names of its own, version 2 by CAIP-2.

use super::Version;

/// The names of version 1. A chain that has none is called as in version 2.
const NAMES: [(&str, u64); 16] = [
    ("ethereum", 1),
    ("optimism", 10),
    ("bsc", 56),
    ("polygon", 137),
    ("sei", 1_329),
    ("abstract", 2_741),
    ("peaq", 3_338),
    ("iotex", 4_689),
    ("base", 8_453),
    ("arbitrum", 42_161),
    ("avalanche", 43_114),
    ("avalanche-fuji", 43_113),
    ("polygon-amoy", 80_002),
    ("base-sepolia", 84_532),
    ("sei-testnet", 1_328),
    ("abstract-testnet", 11_124),
];

/// What a version calls a chain.
pub fn network(version: Version, chain: u64) -> String {
    let named = NAMES.iter().find(|(_, known)| *known == chain);
    match (version, named) {
        (Version::V1, Some((name, _))) => (*name).to_owned(),
        (Version::V1, None) | (Version::V2, _) => format!("eip155:{chain}"),
    }
}

/// The EVM chain that a text names, in either version; none for what is no EVM chain that is known.
pub fn chain_of(network: &str) -> Option<u64> {
    if let Some(number) = network.strip_prefix("eip155:") {
        let is_number = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
        return number.parse().ok().filter(|chain| is_number && *chain > 0);
    }
    NAMES.iter().find(|(name, _)| *name == network).map(|(_, chain)| *chain)
}
