//! Signed transactions from their bytes. Whatever is not written as it would be here is refused.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_rlp::{Decodable, EMPTY_STRING_CODE, Header};

use super::envelope::{FIRST_V, MAX_RAW, WITH_ACCESS_LIST, WITH_DYNAMIC_FEES};
use super::{Access, Fees, Signature, Signed, Unreadable, Unsigned};

/// From this byte on, it is the list of a legacy transaction.
const FIRST_OF_LISTS: u8 = 0xc0;

/// Reads one.
pub(super) fn read(raw: &[u8]) -> Result<Signed, Unreadable> {
    if raw.len() > MAX_RAW {
        return Err(Unreadable::TooLarge(raw.len()));
    }
    let (unsigned, signature) = match raw {
        [] => return Err(Unreadable::Empty),
        [FIRST_OF_LISTS..=u8::MAX, ..] => legacy(raw)?,
        [WITH_ACCESS_LIST, rest @ ..] => with_access_list(rest)?,
        [WITH_DYNAMIC_FEES, rest @ ..] => with_dynamic_fees(rest)?,
        [kind, ..] => return Err(Unreadable::Kind(*kind)),
    };
    let signed = unsigned.sealed(signature)?;
    // An empty access list of an EIP-2930 transaction, for one, is written as a legacy one here.
    if signed.raw()[..] == *raw { Ok(signed) } else { Err(Unreadable::NotCanonical) }
}

fn legacy(raw: &[u8]) -> Result<(Unsigned, Signature), Unreadable> {
    let mut fields = Fields::of(raw)?;
    let nonce = fields.next()?;
    let gas_price = fields.next()?;
    let (gas_limit, to, value, data) = fields.call()?;
    let v: u128 = fields.next()?;
    let (r, s) = (fields.next()?, fields.next()?);
    fields.end()?;
    let of_chain = v.checked_sub(FIRST_V).ok_or(Unreadable::NoChain(v))?;
    let chain_id = u64::try_from(of_chain / 2).map_err(|_| Unreadable::NoChain(v))?;
    let fees = Fees::Legacy { gas_price };
    let access_list = Vec::new();
    let unsigned = Unsigned { chain_id, nonce, gas_limit, to, value, data, access_list, fees };
    Ok((unsigned, Signature { r, s, is_odd: of_chain % 2 == 1 }))
}

fn with_access_list(raw: &[u8]) -> Result<(Unsigned, Signature), Unreadable> {
    let mut fields = Fields::of(raw)?;
    let (chain_id, nonce) = (fields.next()?, fields.next()?);
    let fees = Fees::Legacy { gas_price: fields.next()? };
    typed(fields, chain_id, nonce, fees)
}

fn with_dynamic_fees(raw: &[u8]) -> Result<(Unsigned, Signature), Unreadable> {
    let mut fields = Fields::of(raw)?;
    let (chain_id, nonce) = (fields.next()?, fields.next()?);
    let (max_priority_fee, max_fee) = (fields.next()?, fields.next()?);
    typed(fields, chain_id, nonce, Fees::Dynamic { max_fee, max_priority_fee })
}

/// What follows the fees in a typed envelope.
fn typed(
    mut fields: Fields<'_>,
    chain_id: u64,
    nonce: u64,
    fees: Fees,
) -> Result<(Unsigned, Signature), Unreadable> {
    let (gas_limit, to, value, data) = fields.call()?;
    let access_list = fields.accesses()?;
    let is_odd = match fields.next::<u64>()? {
        0 => false,
        1 => true,
        other => return Err(Unreadable::Parity(other)),
    };
    let (r, s) = (fields.next()?, fields.next()?);
    fields.end()?;
    let unsigned = Unsigned { chain_id, nonce, gas_limit, to, value, data, access_list, fees };
    Ok((unsigned, Signature { r, s, is_odd }))
}

/// The items of a list, one after the other.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// The items of the list that these bytes are, and nothing else.
    fn of(mut raw: &'a [u8]) -> Result<Self, Unreadable> {
        let items = Header::decode_bytes(&mut raw, true)?;
        if raw.is_empty() { Ok(Self(items)) } else { Err(Unreadable::Trailing(raw.len())) }
    }

    /// The list that comes next.
    fn list(&mut self) -> Result<Fields<'a>, Unreadable> {
        Ok(Fields(Header::decode_bytes(&mut self.0, true)?))
    }

    fn next<T: Decodable>(&mut self) -> Result<T, Unreadable> {
        Ok(T::decode(&mut self.0)?)
    }

    fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    fn end(self) -> Result<(), Unreadable> {
        if self.is_at_end() { Ok(()) } else { Err(Unreadable::Trailing(self.0.len())) }
    }

    fn receiver(&mut self) -> Result<Option<Address>, Unreadable> {
        match self.0 {
            [EMPTY_STRING_CODE, rest @ ..] => {
                self.0 = rest;
                Ok(None)
            }
            _ => self.next().map(Some),
        }
    }

    /// Gas, receiver, value and data stand together in each envelope.
    fn call(&mut self) -> Result<(u64, Option<Address>, U256, Bytes), Unreadable> {
        Ok((self.next()?, self.receiver()?, self.next()?, self.next()?))
    }

    fn accesses(&mut self) -> Result<Vec<Access>, Unreadable> {
        let mut entries = self.list()?;
        let mut found = Vec::new();
        while !entries.is_at_end() {
            let mut entry = entries.list()?;
            let address = entry.next()?;
            let mut keys = entry.list()?;
            entry.end()?;
            let mut storage_keys = Vec::new();
            while !keys.is_at_end() {
                storage_keys.push(keys.next::<B256>()?);
            }
            found.push(Access { address, storage_keys });
        }
        Ok(found)
    }
}
