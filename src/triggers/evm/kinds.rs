//! The kinds of triggers that chains set off.

use engine::PayloadProblem;
use serde_json::Value;

use super::settings::{Asked, What};
use crate::chains::chain_id;
use crate::primitives::OrganizationId;
use crate::triggers::{Key, Kind};

/// Their names.
pub const CHAIN_KINDS: [&str; 7] = [
    "evm-block",
    "erc20-receive",
    "erc20-send",
    "eth-receive",
    "eth-send",
    "evm-log",
    "transaction-status",
];

/// One of them.
#[derive(Debug)]
pub struct ChainKind(pub(in crate::triggers) &'static str);

/// The chain that settings name; none where they name none that there is.
pub fn chain_of(payload: &Value) -> Option<u64> {
    chain_id(payload.get("chainId")).ok()
}

impl Kind for ChainKind {
    fn name(&self) -> &'static str {
        self.0
    }

    fn problems(&self, payload: &Value) -> Vec<PayloadProblem> {
        Asked::read(self.0, payload).and_then(Result::err).unwrap_or_default()
    }

    fn may_be_awaited(&self) -> bool {
        true
    }

    fn keys(&self, _: OrganizationId, payload: &Value) -> Vec<Key> {
        let Some(Ok(asked)) = Asked::read(self.0, payload) else { return Vec::new() };
        let chain = asked.chain;
        let mut keys = vec![Key::Chain(chain)];
        match asked.what {
            What::Log(logs) => {
                let topic = Some(logs.shape.topic().0);
                let contracts = logs.contracts.iter();
                let of = |address| Key::Log { chain, address, topic };
                keys.extend(contracts.map(|address| of(Some(address.0.0))));
                if logs.contracts.is_empty() {
                    keys.push(of(None));
                }
            }
            What::Tokens(_) | What::Value(_) | What::Blocks(_) | What::Status(_) => {}
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::Registry;

    use super::*;

    #[test]
    fn the_example_of_every_manifest_is_read() {
        for kind in CHAIN_KINDS {
            let spec = Registry::builtin().spec(kind).expect("a manifest");
            let payload = &spec.example_usage.payload;
            assert_eq!(ChainKind(kind).problems(payload), [], "{kind}");
            let keys = ChainKind(kind).keys(OrganizationId::DEFAULT, payload);
            assert_eq!(keys.first(), Some(&Key::Chain(1)), "{kind}");
        }
    }
}
