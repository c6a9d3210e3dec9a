//! What a transaction or a document does, call by call. What cannot be decoded is undetermined, never absent.

use alloy_primitives::{Address, U256};

use super::candidate::{Asked, Candidate, Kind};
use super::decision::Malformed;
use super::known::{Action, Around, Inner, Meaning, Move, known};

/// How deep calls are unpacked: a batch in a Safe in a batch is two. What lies deeper is undetermined.
pub const MAX_DEPTH: usize = 4;

/// The most calls and movements of one transaction: what holds more is undetermined.
pub const MAX_CALLS: usize = 256;

/// The most bytes of calldata: what nodes of Ethereum take.
pub const MAX_CALLDATA: usize = 128 * 1024;

/// A fact of three kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact<T> {
    /// It is this.
    Known(T),
    /// There is none: a native transfer calls no function.
    Absent,
    /// There may be one, and nobody can say which.
    Undetermined,
}

impl<T> Fact<T> {
    pub(super) fn of(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Known)
    }

    pub(super) fn or_undetermined(value: Option<T>) -> Self {
        value.map_or(Self::Undetermined, Self::Known)
    }
}

/// How far the bytes of a call were understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Contents {
    /// Whole.
    Understood,
    /// It is a function that is not known here: a rule may name it.
    Unknown,
    /// It could not be made out, and no rule may allow it.
    Undetermined(&'static str),
}

/// What is judged by itself: a call, or one of the movements of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call<'a> {
    /// Where it lies: the index within each call that holds it. That of the transaction is empty.
    pub(super) place: Vec<usize>,
    pub(super) to: Option<Address>,
    pub(super) value: U256,
    pub(super) data: &'a [u8],
    pub(super) selector: Option<[u8; 4]>,
    pub(super) action: Action,
    pub(super) counterparty: Fact<Address>,
    pub(super) owner: Fact<Address>,
    /// The token; the chain's own coin is the zero address.
    pub(super) token: Fact<Address>,
    pub(super) amount: Fact<U256>,
    pub(super) is_unlimited: Fact<bool>,
    pub(super) contents: Contents,
    /// Whether it is the first of its call: what a call has once is counted with it.
    pub(super) is_first: bool,
}

/// What is known of what is to be signed as a whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole<'a> {
    pub(super) kind: Kind,
    /// Undetermined where a document names none: then it counts on every chain.
    pub(super) chain: Fact<u64>,
    pub(super) from: Address,
    pub(super) gas_price: Fact<U256>,
    pub(super) fee: Fact<U256>,
    /// What documents have beside it, and transactions have not.
    pub(super) primary_type: Fact<&'a str>,
    pub(super) domain_name: Fact<&'a str>,
    pub(super) domain_version: Fact<&'a str>,
    /// Until which second of the epoch a document counts; the largest number where it has no end.
    pub(super) until: Fact<u64>,
}

/// What is known of the whole, and everything that it does.
pub(super) fn of(asked: Asked<'_>) -> Result<(Whole<'_>, Vec<Call<'_>>), Malformed> {
    match asked {
        Asked::Transaction(candidate) => {
            let price = U256::from(candidate.max_fee);
            let whole = Whole {
                kind: Kind::Transaction,
                chain: Fact::Known(candidate.chain_id),
                from: candidate.from,
                gas_price: Fact::Known(price),
                fee: Fact::Known(price * U256::from(candidate.gas_limit)),
                primary_type: Fact::Absent,
                domain_name: Fact::Absent,
                domain_version: Fact::Absent,
                until: Fact::Absent,
            };
            Ok((whole, calls(candidate)?))
        }
        Asked::Document(candidate) => Ok((candidate.whole(), candidate.calls()?)),
    }
}

/// Everything that a transaction does.
pub(super) fn calls(candidate: &Candidate) -> Result<Vec<Call<'_>>, Malformed> {
    let mut found = Vec::new();
    let data = &candidate.data[..];
    if data.len() > MAX_CALLDATA {
        return Err(Malformed::new(&[], "the calldata is longer than nodes take"));
    }
    match candidate.to {
        Some(to) => {
            let inner = Inner { to, value: candidate.value, data, is_delegate: false };
            unpack(&inner, &[], &mut found)?;
        }
        None if data.is_empty() => {
            return Err(Malformed::new(&[], "it has no receiver, and no code of a contract"));
        }
        None => found.push(Call {
            to: None,
            selector: None,
            ..opaque(&[], Address::ZERO, candidate.value, data, Action::Deploy)
        }),
    }
    Ok(found)
}

pub(super) fn unpack<'a>(
    inner: &Inner<'a>,
    place: &[usize],
    found: &mut Vec<Call<'a>>,
) -> Result<(), Malformed> {
    let Inner { to, value, data, is_delegate } = *inner;
    if (1..4).contains(&data.len()) {
        let message =
            "calldata of 1 to 3 bytes names no function, and a contract may take it for one";
        return Err(Malformed::new(place, message));
    }
    let selector = data.first_chunk::<4>();
    let known = selector.and_then(|it| known(*it));
    let values = known.and_then(|it| crate::abi::decode(&it.function.parameters, &data[4..]));
    let call = |action| opaque(place, to, value, data, action);
    let undetermined = |action, why| Call { contents: Contents::Undetermined(why), ..call(action) };
    match (selector, known) {
        (None, _) | (Some(_), None) if is_delegate => {
            found.push(undetermined(Action::DelegateCall, "it runs the code of another"));
        }
        (None, _) => found.push(Call {
            counterparty: Fact::Known(to),
            owner: Fact::Absent,
            token: Fact::Known(Address::ZERO),
            amount: Fact::Known(value),
            is_unlimited: Fact::Known(false),
            contents: Contents::Understood,
            ..call(Action::Native)
        }),
        (Some(_), None) => found.push(call(Action::Call)),
        (Some(_), Some(known)) => match known.meaning {
            // The code of a token, run as the wallet's own, moves what is nobody's business to guess.
            Meaning::Moves(_) if is_delegate => {
                found.push(undetermined(Action::DelegateCall, "it runs the code of another"));
            }
            Meaning::Moves(read) => {
                let moves = values.and_then(|it| read(&it)).filter(|it| !it.is_empty());
                match moves {
                    Some(moves) if found.len() + moves.len() <= MAX_CALLS => {
                        let all = moves.into_iter().enumerate();
                        found.extend(all.map(|(at, it)| moved(call(it.action), &it, at == 0)));
                    }
                    Some(_) => found.push(undetermined(Action::Call, "it moves too much at once")),
                    None => found.push(undetermined(Action::Call, NOT_CANONICAL)),
                }
            }
            Meaning::Nests(read) => {
                let held = values.and_then(|it| read(Around { to, value }, &it));
                // Only the one way in which Safes hold many calls: as the code of `multiSend`.
                let is_multi_send = known.function.signature == "multiSend(bytes)";
                let action = if is_delegate { Action::DelegateCall } else { Action::Batch };
                match held {
                    _ if is_delegate && !is_multi_send => {
                        found.push(undetermined(action, "it runs the code of another"));
                    }
                    None => found.push(undetermined(action, NOT_CANONICAL)),
                    Some(_) if place.len() >= MAX_DEPTH => {
                        found.push(undetermined(action, "it holds calls deeper than are unpacked"));
                    }
                    Some(held) if found.len() + held.len() >= MAX_CALLS => {
                        found.push(undetermined(action, "it holds too many calls"));
                    }
                    Some(held) => {
                        found.push(holding(call(action)));
                        for (at, inner) in held.iter().enumerate() {
                            let place = [place, &[at]].concat();
                            unpack(inner, &place, found)?;
                        }
                    }
                }
            }
        },
    }
    Ok(())
}

/// A call that moves nothing by itself and holds others.
pub(super) fn holding(call: Call<'_>) -> Call<'_> {
    Call {
        counterparty: Fact::Absent,
        owner: Fact::Absent,
        token: Fact::Absent,
        amount: Fact::Absent,
        is_unlimited: Fact::Known(false),
        contents: Contents::Understood,
        ..call
    }
}

const NOT_CANONICAL: &str = "its parameters are not in the one encoding of its function";

/// A call of which nothing is known but the function.
pub(super) fn opaque<'a>(
    place: &[usize],
    to: Address,
    value: U256,
    data: &'a [u8],
    action: Action,
) -> Call<'a> {
    Call {
        place: place.to_vec(),
        to: Some(to),
        value,
        data,
        selector: data.first_chunk().copied(),
        action,
        counterparty: Fact::Undetermined,
        owner: Fact::Undetermined,
        token: Fact::Undetermined,
        amount: Fact::Undetermined,
        is_unlimited: Fact::Undetermined,
        contents: Contents::Unknown,
        is_first: true,
    }
}

pub(super) fn moved<'a>(call: Call<'a>, it: &Move, is_first: bool) -> Call<'a> {
    let token = it.token.or(call.to);
    Call {
        action: it.action,
        counterparty: Fact::Known(it.counterparty),
        owner: Fact::of(it.owner),
        token: Fact::or_undetermined(token),
        amount: Fact::Known(it.amount),
        is_unlimited: Fact::Known(it.is_unlimited),
        contents: Contents::Understood,
        is_first,
        ..call
    }
}
