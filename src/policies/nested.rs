//! The calls that a call holds, as those who hold them pass them on.

use alloy_primitives::{Address, U256};

use super::known::{Around, Inner};
use crate::abi::{Signature, Value, decode};

/// Calls on the contract itself, each of which sees the whole value.
pub(super) fn on_itself<'a>(around: Around, calls: &Value<'a>) -> Option<Vec<Inner<'a>>> {
    let Around { to, value } = around;
    let inner = |it: &Value<'a>| Some(Inner { to, value, data: it.bytes()?, is_delegate: false });
    calls.many()?.iter().map(inner).collect()
}

/// A list of calls: the target first, the value and the data at these places.
pub(super) fn each<'a>(
    calls: &Value<'a>,
    value: Option<usize>,
    data: usize,
) -> Option<Vec<Inner<'a>>> {
    let inner = |it: &Value<'a>| {
        let it = it.many()?;
        let value = value.map_or(Some(U256::ZERO), |at| it[at].word())?;
        Some(Inner { to: it[0].address()?, value, data: it[data].bytes()?, is_delegate: false })
    };
    calls.many()?.iter().map(inner).collect()
}

/// Lists of targets, values and data, which have to be of one length. Where there are no values at
/// all, accounts take each for none.
pub(super) fn columns<'a>(
    it: &[Value<'a>],
    value: Option<usize>,
    data: usize,
) -> Option<Vec<Inner<'a>>> {
    let (targets, data) = (it[0].many()?, it[data].many()?);
    let values = value.map_or(Some(&[][..]), |at| it[at].many())?;
    if targets.len() != data.len() || !(values.is_empty() || values.len() == targets.len()) {
        return None;
    }
    let inner = |(at, (to, data)): (usize, (&Value<'a>, &Value<'a>))| {
        let value = values.get(at).map_or(Some(U256::ZERO), Value::word)?;
        Some(Inner { to: to.address()?, value, data: data.bytes()?, is_delegate: false })
    };
    targets.iter().zip(data).enumerate().map(inner).collect()
}

/// One call: target, value, data.
pub(super) fn single<'a>(it: &[Value<'a>]) -> Option<Vec<Inner<'a>>> {
    let (to, value, data) = (it[0].address()?, it[1].word()?, it[2].bytes()?);
    Some(vec![Inner { to, value, data, is_delegate: false }])
}

/// One call, and whether its code runs as the Safe's own.
pub(super) fn operation<'a>(it: &[Value<'a>]) -> Option<Vec<Inner<'a>>> {
    let is_delegate = delegates(it[3].word()?)?;
    let mut inner = single(it)?;
    for it in &mut inner {
        it.is_delegate = is_delegate;
    }
    Some(inner)
}

/// The same as a Safe is asked for it. One that also pays for the gas moves more than we would see.
pub(super) fn safe<'a>(it: &[Value<'a>]) -> Option<Vec<Inner<'a>>> {
    if !it[6].word()?.is_zero() {
        return None;
    }
    operation(it)
}

fn delegates(operation: U256) -> Option<bool> {
    (operation <= U256::ONE).then(|| !operation.is_zero())
}

/// Calls without padding: operation, target, value, length, data.
pub(super) fn multi_send<'a>(packed: &Value<'a>) -> Option<Vec<Inner<'a>>> {
    let (mut rest, mut calls) = (packed.bytes()?, Vec::new());
    while !rest.is_empty() {
        let (operation, after) = rest.split_at_checked(1)?;
        let (to, after) = after.split_at_checked(20)?;
        let (value, after) = after.split_at_checked(32)?;
        let (length, after) = after.split_at_checked(32)?;
        let length: usize = U256::try_from_be_slice(length)?.try_into().ok()?;
        let (data, after) = after.split_at_checked(length)?;
        calls.push(Inner {
            to: Address::from_slice(to),
            value: U256::try_from_be_slice(value)?,
            data,
            is_delegate: delegates(U256::from(operation[0]))?,
        });
        rest = after;
    }
    Some(calls)
}

/// What ERC-7579 calls by a mode: one call, many, or the code of another. Whether errors are passed by
/// changes nothing in what may happen; a mode with more than that is not understood.
pub(super) fn by_mode<'a>(it: &[Value<'a>]) -> Option<Vec<Inner<'a>>> {
    let (mode, data) = (it[0].word()?.to_be_bytes::<32>(), it[1].bytes()?);
    if mode[1] > 1 || mode[2..].iter().any(|it| *it != 0) {
        return None;
    }
    let packed = |has_value: bool| {
        let (to, after) = data.split_at_checked(20)?;
        let (value, data) = after.split_at_checked(if has_value { 32 } else { 0 })?;
        let value = U256::try_from_be_slice(value)?;
        let to = Address::from_slice(to);
        Some(vec![Inner { to, value, data, is_delegate: !has_value }])
    };
    match mode[0] {
        0x00 => packed(true),
        0x01 => {
            let function = Signature::read("f((address,uint256,bytes)[])")?;
            each(&decode(&function.parameters, data)?[0], Some(1), 2)
        }
        0xff => packed(false),
        _ => None,
    }
}
