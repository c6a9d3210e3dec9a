//! The kind `token-price-cexes`.

use engine::PayloadProblem;
use serde_json::Value;

use super::Settings;
use crate::primitives::OrganizationId;
use crate::triggers::{Key, Kind};

/// Its name.
pub const PRICE: &str = "token-price-cexes";

/// A price of a token on exchanges.
pub struct TokenPrice;

impl Kind for TokenPrice {
    fn name(&self) -> &'static str {
        PRICE
    }

    fn problems(&self, payload: &Value) -> Vec<PayloadProblem> {
        Settings::read(payload).err().into_iter().collect()
    }

    fn may_be_awaited(&self) -> bool {
        true
    }

    fn keys(&self, _: OrganizationId, payload: &Value) -> Vec<Key> {
        Settings::read(payload).map(|it| Key::Price(it.asset)).into_iter().collect()
    }
}
