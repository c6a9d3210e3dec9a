//! At which prices transactions are sent: pure.

use alloy_primitives::U256;

use crate::aggregates::wallet_lane::bumped;
use crate::chains::Market;
use crate::transactions::Fees;

/// How many times what is asked now a transaction may cost where its author says nothing: prices rise while
/// it waits.
const ROOM: u64 = 2;

/// What is offered on this market: twice the base fee, which holds for six full blocks, and the usual tip.
pub(super) const fn asked(market: Market) -> Fees {
    match market {
        Market::Dynamic { base_fee, tip } => Fees::Dynamic {
            max_fee: base_fee.saturating_mul(2).saturating_add(tip),
            max_priority_fee: tip,
        },
        Market::Legacy { gas_price } => Fees::Legacy { gas_price },
    }
}

/// How much the fees of so much gas may come to where nobody says, in wei.
pub(super) fn budget(market: Market, gas: u64) -> U256 {
    let price = U256::from(asked(market).at_most());
    price.saturating_mul(U256::from(gas)).saturating_mul(U256::from(ROOM))
}

/// Prices within a budget for so much gas: less than is asked, where that is still enough for a block now.
pub(super) fn within(market: Market, gas: u64, budget: Option<U256>) -> Option<Fees> {
    let fees = asked(market);
    let Some(budget) = budget else { return Some(fees) };
    let most = budget.checked_div(U256::from(gas)).unwrap_or(U256::MAX);
    let most = u128::try_from(most).unwrap_or(u128::MAX);
    if fees.at_most() <= most {
        return Some(fees);
    }
    match (market, fees) {
        (Market::Dynamic { base_fee, .. }, Fees::Dynamic { max_priority_fee, .. })
            if most > base_fee =>
        {
            let max_priority_fee = max_priority_fee.min(most - base_fee);
            Some(Fees::Dynamic { max_fee: most, max_priority_fee })
        }
        (Market::Dynamic { .. } | Market::Legacy { .. }, _) => None,
    }
}

/// Prices that take the place of these, and those of the market where they are higher.
pub(super) fn replacing(before: Fees, market: Market) -> Fees {
    match (before, asked(market)) {
        (Fees::Legacy { gas_price }, now) => {
            Fees::Legacy { gas_price: bumped(gas_price).max(now.at_most()) }
        }
        (Fees::Dynamic { max_fee, max_priority_fee }, now) => {
            let tip = match now {
                Fees::Dynamic { max_priority_fee, .. } => max_priority_fee,
                Fees::Legacy { .. } => 0,
            };
            let max_priority_fee = bumped(max_priority_fee).max(tip);
            let max_fee = bumped(max_fee).max(now.at_most()).max(max_priority_fee);
            Fees::Dynamic { max_fee, max_priority_fee }
        }
    }
}

/// Whether a transaction of these prices cannot be taken into the next block.
pub(super) const fn is_below(fees: Fees, market: Market) -> bool {
    match market {
        Market::Dynamic { base_fee, .. } => fees.at_most() < base_fee,
        Market::Legacy { gas_price } => fees.at_most() < gas_price,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregates::wallet_lane::is_enough;

    const MARKET: Market = Market::Dynamic { base_fee: 100, tip: 3 };

    #[test]
    fn twice_the_base_fee_and_the_tip_are_offered() {
        let fees = Fees::Dynamic { max_fee: 203, max_priority_fee: 3 };
        assert_eq!(asked(MARKET), fees);
        assert_eq!(within(MARKET, 21_000, None), Some(fees));
        assert_eq!(budget(MARKET, 10), U256::from(4_060));
    }

    #[test]
    fn a_small_budget_lowers_the_price_as_long_as_a_block_takes_it() {
        let within = |most: u64| within(MARKET, 10, Some(U256::from(most)));
        assert_eq!(within(1_500), Some(Fees::Dynamic { max_fee: 150, max_priority_fee: 3 }));
        assert_eq!(within(1_010), Some(Fees::Dynamic { max_fee: 101, max_priority_fee: 1 }));
        assert_eq!(within(1_000), None, "nothing is left for the tip");
        let legacy = Market::Legacy { gas_price: 7 };
        assert_eq!(super::within(legacy, 10, Some(U256::from(69))), None);
    }

    #[test]
    fn what_replaces_is_enough_and_no_less_than_the_market_asks() {
        let before = Fees::Dynamic { max_fee: 203, max_priority_fee: 3 };
        for base_fee in [1, 100, 1_000_000] {
            let market = Market::Dynamic { base_fee, tip: 9 };
            let now = replacing(before, market);
            assert!(is_enough(before, now), "{now:?}");
            assert!(now.at_most() >= asked(market).at_most());
        }
        let old = Fees::Legacy { gas_price: 100 };
        let now = replacing(old, Market::Legacy { gas_price: 5 });
        assert_eq!(now, Fees::Legacy { gas_price: 113 });
    }

    #[test]
    fn a_price_below_the_base_fee_waits() {
        let fees = Fees::Dynamic { max_fee: 99, max_priority_fee: 1 };
        assert!(is_below(fees, MARKET));
        assert!(!is_below(asked(MARKET), MARKET));
    }
}
