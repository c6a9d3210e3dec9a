//! How much a transaction or a document takes of a limit.

use std::collections::BTreeSet;

use alloy_primitives::{Address, U256};

use super::amounts::Units;
use super::candidate::{Context, Kind};
use super::condition::Subject;
use super::decision::Place;
use super::document::{Limit, Measure, Owner};
use super::facts::{Call, Contents, Fact, Whole};
use super::known::Action;
use super::limits::Claim;

/// How much is taken; else the call of which nobody can say it. A call counts also where it is not
/// certain that the limit is about it.
pub(super) fn taken(
    limit: &Limit,
    whole: &Whole<'_>,
    context: &Context,
    calls: &[Call<'_>],
) -> Result<U256, Place> {
    let subject = |call| Subject { whole, context, call };
    let counted: Vec<_> =
        calls.iter().filter(|call| limit.when.holds(subject(call)).truth.may_be()).collect();
    if counted.is_empty() {
        return Ok(U256::ZERO);
    }
    let is_elsewhere = |chain| matches!(whole.chain, Fact::Known(known) if known != chain);
    let worth = |token, amount: U256| match whole.chain {
        Fact::Known(chain) => context.prices.worth((chain, token), amount, context.at),
        Fact::Absent | Fact::Undetermined => amount.is_zero().then_some(U256::ZERO),
    };
    match limit.measure {
        Measure::Transactions => Ok(U256::ONE),
        Measure::Fees { chain } if is_elsewhere(chain) => Ok(U256::ZERO),
        Measure::Fees { .. } => Ok(match whole.fee {
            Fact::Known(fee) => fee,
            Fact::Absent | Fact::Undetermined => U256::ZERO,
        }),
        Measure::Token { chain, .. } if is_elsewhere(chain) => Ok(U256::ZERO),
        Measure::Token { address, .. } => {
            let tokens = tokens(&counted, |call| match call.contents {
                Contents::Understood => Some(match (call.token, call.amount) {
                    (Fact::Known(token), Fact::Known(amount)) if token == address => amount,
                    _ => U256::ZERO,
                }),
                // What a token does by a function that is not known, nobody can count.
                Contents::Unknown if call.to == Some(address) => None,
                // Nor what a document that is not known lets whoever has its signature move.
                Contents::Unknown if whole.kind == Kind::Document => None,
                Contents::Unknown => Some(U256::ZERO),
                Contents::Undetermined(_) => None,
            })?;
            if address.is_zero() { Ok(tokens.max(coin(&counted))) } else { Ok(tokens) }
        }
        Measure::Usd => {
            let tokens = tokens(&counted, |call| match (&call.contents, call.action) {
                (Contents::Unknown | Contents::Undetermined(_), _) => None,
                (Contents::Understood, Action::Native | Action::Batch | Action::DelegateCall) => {
                    Some(U256::ZERO)
                }
                (
                    Contents::Understood,
                    Action::Transfer
                    | Action::Approve
                    | Action::Permit
                    | Action::Deploy
                    | Action::Call
                    | Action::TypedData,
                ) => match (call.token, call.amount) {
                    (Fact::Known(token), Fact::Known(amount)) => worth(token, amount),
                    _ => None,
                },
            })?;
            let coin = worth(Address::ZERO, coin(&counted)).ok_or_else(Vec::new)?;
            Ok(tokens.saturating_add(coin))
        }
    }
}

fn tokens(calls: &[&Call<'_>], of: impl Fn(&Call<'_>) -> Option<U256>) -> Result<U256, Place> {
    let mut amounts = calls.iter().map(|call| of(call).ok_or_else(|| call.place.clone()));
    amounts.try_fold(U256::ZERO, |sum, amount| Ok(sum.saturating_add(amount?)))
}

/// The coin that moves: what goes with the transaction, or what the calls in it pass on, whichever is
/// more. A Safe passes on more than goes with the transaction that asks it to.
fn coin(calls: &[&Call<'_>]) -> U256 {
    let holders: BTreeSet<_> = calls.iter().filter_map(|call| call.place.split_last()).collect();
    let holders: BTreeSet<_> = holders.into_iter().map(|(_, holder)| holder).collect();
    let values = |is_counted: &dyn Fn(&Call<'_>) -> bool| {
        let counted = calls.iter().filter(|call| call.is_first && is_counted(call));
        counted.map(|call| call.value).fold(U256::ZERO, U256::saturating_add)
    };
    let whole = values(&|call| call.place.is_empty());
    whole.max(values(&|call| !holders.contains(&call.place[..])))
}

/// What is to be reserved, where the limit counts over a time.
pub(super) fn claim(
    (policy, is_binding): (&str, bool),
    limit: &Limit,
    context: &Context,
    amount: U256,
) -> Option<Claim> {
    let minutes = limit.per.minutes()?;
    let measure = match limit.measure {
        Measure::Transactions => "transactions".to_owned(),
        Measure::Usd => "usd".to_owned(),
        Measure::Token { chain, address } => format!("{chain}:{address:#x}"),
        Measure::Fees { chain } => format!("{chain}:fees"),
    };
    let owner = match limit.by {
        Owner::Wallet => format!("wallet {}", context.wallet),
        Owner::Workflow => context
            .workflow
            .as_ref()
            .map_or_else(|| "by hand".to_owned(), |it| format!("workflow {it}")),
        Owner::Organization => "organization".to_owned(),
    };
    Some(Claim {
        key: format!("{policy}/{}/{measure}/{owner}", limit.id),
        amount: Units(amount),
        // What cannot be read leaves nothing.
        most: Units(limit.most().unwrap_or_default()),
        minutes,
        is_binding,
        is_sunk: matches!(limit.measure, Measure::Fees { .. }),
    })
}
