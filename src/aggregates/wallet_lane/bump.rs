//! At which price a transaction takes the place of another one with the same nonce.

use crate::transactions::Fees;

/// The least price that replaces one, in wei a gas: an eighth more, and one. Nodes ask for a tenth; some
/// refuse exactly a tenth.
pub const fn bumped(price: u128) -> u128 {
    // Not `price * 9 / 8`: that overflows for prices that nobody pays.
    price.saturating_add(price / 8).saturating_add(1)
}

/// Whether fees are enough to take the place of a transaction with these: both of its prices count.
pub const fn is_enough(before: Fees, now: Fees) -> bool {
    let ((max, tip), (new_max, new_tip)) = (prices(before), prices(now));
    new_max >= bumped(max) && new_tip >= bumped(tip) && new_tip <= new_max
}

const fn prices(fees: Fees) -> (u128, u128) {
    match fees {
        Fees::Legacy { gas_price } => (gas_price, gas_price),
        Fees::Dynamic { max_fee, max_priority_fee } => (max_fee, max_priority_fee),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn dynamic(max_fee: u128, max_priority_fee: u128) -> Fees {
        Fees::Dynamic { max_fee, max_priority_fee }
    }

    #[test]
    fn exactly_a_tenth_more_is_not_enough() {
        let before = dynamic(100, 10);
        assert!(!is_enough(before, dynamic(110, 11)));
        assert!(!is_enough(before, dynamic(112, 12)));
        assert!(is_enough(before, dynamic(113, 12)));
        assert_eq!((bumped(100), bumped(0), bumped(8)), (113, 1, 10));
    }

    #[test]
    fn both_prices_have_to_rise() {
        let before = dynamic(100, 10);
        assert!(!is_enough(before, dynamic(1_000, 10)));
        assert!(!is_enough(before, dynamic(100, 100)));
        assert!(!is_enough(before, dynamic(113, 114)), "a tip above the whole is no transaction");
    }

    #[test]
    fn a_transaction_of_the_old_kind_is_replaced_by_its_one_price() {
        let before = Fees::Legacy { gas_price: 100 };
        assert!(is_enough(before, Fees::Legacy { gas_price: 113 }));
        assert!(!is_enough(before, Fees::Legacy { gas_price: 112 }));
        assert!(is_enough(before, dynamic(113, 113)));
    }

    proptest! {
        #[test]
        fn what_replaces_is_always_more_than_a_tenth_above(price in 0_u128..u128::MAX / 20) {
            prop_assert!(bumped(price) * 10 > price * 11);
        }
    }
}
