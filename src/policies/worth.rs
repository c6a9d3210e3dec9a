//! What a call moves, in US dollars.

use alloy_primitives::{Address, U256};

use super::condition::Subject;
use super::facts::{Contents, Fact};
use super::known::Action;

/// What a call moves, in millionths of a US dollar: tokens and the coin that goes with them. A function
/// that is not known moves nobody knows what.
pub(super) fn of(subject: Subject<'_>) -> Fact<U256> {
    let Subject { whole, context, call } = subject;
    let worth = |token: Address, amount| {
        let chain = match whole.chain {
            Fact::Known(chain) => chain,
            Fact::Absent | Fact::Undetermined => return None,
        };
        context.prices.worth((chain, token), amount, context.at)
    };
    let coin = || worth(Address::ZERO, call.value);
    let worth = match (&call.contents, call.action, call.token, call.amount) {
        (Contents::Understood, Action::Batch | Action::DelegateCall | Action::Native, _, _) => {
            coin()
        }
        (Contents::Understood, _, Fact::Known(token), Fact::Known(amount)) => {
            let with = if call.is_first { coin() } else { Some(U256::ZERO) };
            worth(token, amount).zip(with).and_then(|(moved, with)| moved.checked_add(with))
        }
        (Contents::Understood | Contents::Unknown | Contents::Undetermined(_), _, _, _) => None,
    };
    Fact::or_undetermined(worth)
}
