//! Transactions as bytes.

use alloy_primitives::Address;
use alloy_rlp::{EMPTY_STRING_CODE, Encodable, Header};

use super::{Access, Fees, Signature, Unsigned};

/// The most bytes of a signed transaction: beyond it nodes do not pass one on.
pub const MAX_RAW: usize = 128 * 1024;

/// How many bytes a signature adds at most: `r` and `s` of 33, a `v` of 10, a longer head.
pub(super) const SIGNATURE_TAKES: usize = 33 + 33 + 10 + 4;

/// The type of EIP-2930.
pub(super) const WITH_ACCESS_LIST: u8 = 1;
/// The type of EIP-1559.
pub(super) const WITH_DYNAMIC_FEES: u8 = 2;

/// From this on, `v` names a chain (EIP-155).
pub(super) const FIRST_V: u128 = 35;

/// Which envelope a transaction goes in: its fees and its list say it.
#[derive(Clone, Copy)]
enum Kind {
    Legacy,
    AccessList,
    DynamicFees,
}

impl Kind {
    fn of(transaction: &Unsigned) -> Self {
        match transaction.fees {
            Fees::Legacy { .. } if transaction.access_list.is_empty() => Self::Legacy,
            Fees::Legacy { .. } => Self::AccessList,
            Fees::Dynamic { .. } => Self::DynamicFees,
        }
    }

    fn enclose(self, fields: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(fields.len() + 8);
        match self {
            Self::Legacy => {}
            Self::AccessList => out.push(WITH_ACCESS_LIST),
            Self::DynamicFees => out.push(WITH_DYNAMIC_FEES),
        }
        list(fields, &mut out);
        out
    }
}

/// What is hashed and signed.
pub(super) fn unsigned(transaction: &Unsigned) -> Vec<u8> {
    let kind = Kind::of(transaction);
    let mut fields = fields(transaction);
    match kind {
        Kind::Legacy => {
            transaction.chain_id.encode(&mut fields);
            fields.extend_from_slice(&[EMPTY_STRING_CODE; 2]);
        }
        Kind::AccessList | Kind::DynamicFees => {}
    }
    kind.enclose(&fields)
}

/// What goes to a node.
pub(super) fn signed(transaction: &Unsigned, signature: &Signature) -> Vec<u8> {
    let kind = Kind::of(transaction);
    let mut fields = fields(transaction);
    let parity = u128::from(signature.is_odd);
    match kind {
        Kind::Legacy => {
            let chain = u128::from(transaction.chain_id) * 2;
            (chain + FIRST_V + parity).encode(&mut fields);
        }
        Kind::AccessList | Kind::DynamicFees => parity.encode(&mut fields),
    }
    signature.r.encode(&mut fields);
    signature.s.encode(&mut fields);
    kind.enclose(&fields)
}

/// The fields that both have, in the order of the envelope.
fn fields(transaction: &Unsigned) -> Vec<u8> {
    let Unsigned { chain_id, nonce, gas_limit, to, value, data, access_list, fees } = transaction;
    let mut out = Vec::with_capacity(160 + data.len());
    let kind = Kind::of(transaction);
    match kind {
        // It stands behind the others, in `v`.
        Kind::Legacy => {}
        Kind::AccessList | Kind::DynamicFees => chain_id.encode(&mut out),
    }
    nonce.encode(&mut out);
    match *fees {
        Fees::Legacy { gas_price } => gas_price.encode(&mut out),
        Fees::Dynamic { max_fee, max_priority_fee } => {
            max_priority_fee.encode(&mut out);
            max_fee.encode(&mut out);
        }
    }
    gas_limit.encode(&mut out);
    receiver(to.as_ref(), &mut out);
    value.encode(&mut out);
    data.encode(&mut out);
    match kind {
        Kind::Legacy => {}
        Kind::AccessList | Kind::DynamicFees => accesses(access_list, &mut out),
    }
    out
}

fn receiver(to: Option<&Address>, out: &mut Vec<u8>) {
    match to {
        Some(address) => address.encode(out),
        None => out.push(EMPTY_STRING_CODE),
    }
}

fn accesses(entries: &[Access], out: &mut Vec<u8>) {
    let mut all = Vec::new();
    for Access { address, storage_keys } in entries {
        let mut keys = Vec::with_capacity(storage_keys.len() * 33);
        for key in storage_keys {
            key.encode(&mut keys);
        }
        let mut entry = Vec::with_capacity(keys.len() + 24);
        address.encode(&mut entry);
        list(&keys, &mut entry);
        list(&entry, &mut all);
    }
    list(&all, out);
}

/// Puts encoded items into a list.
fn list(items: &[u8], out: &mut Vec<u8>) {
    Header { list: true, payload_length: items.len() }.encode(out);
    out.extend_from_slice(items);
}
