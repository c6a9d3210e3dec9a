//! Bytes read strictly: only the one encoding that compilers and libraries write is understood.
//!
//! A contract follows an offset wherever it points and drops the upper bits of an address; whoever
//! judges a call must not. So each offset must be where the next tail begins, each padding zero, and
//! nothing may be left over. That also bounds the work by the length of what is read: no two values
//! share their bytes.

use alloy_primitives::{Address, U256};

use super::kind::{Kind, WORD};

/// A decoded value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// An address.
    Address(Address),
    /// A word that is no address: a number, yes or no, fixed bytes.
    Word(U256),
    /// Bytes, or a text: UTF-8 is not looked at here.
    Bytes(&'a [u8]),
    /// The values of a list or a tuple.
    Many(Vec<Value<'a>>),
}

impl<'a> Value<'a> {
    /// The address that it is.
    pub const fn address(&self) -> Option<Address> {
        match self {
            Self::Address(address) => Some(*address),
            Self::Word(_) | Self::Bytes(_) | Self::Many(_) => None,
        }
    }

    /// The word that it is.
    pub const fn word(&self) -> Option<U256> {
        match self {
            Self::Word(word) => Some(*word),
            Self::Address(_) | Self::Bytes(_) | Self::Many(_) => None,
        }
    }

    /// The bytes that it is.
    pub const fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Address(_) | Self::Word(_) | Self::Many(_) => None,
        }
    }

    /// The values that it holds.
    pub fn many(&self) -> Option<&[Value<'a>]> {
        match self {
            Self::Many(values) => Some(values),
            Self::Address(_) | Self::Word(_) | Self::Bytes(_) => None,
        }
    }
}

/// Reads parameters; nothing where these bytes are not their one encoding.
pub fn decode<'a, 'k>(
    kinds: impl IntoIterator<Item = &'k Kind>,
    data: &'a [u8],
) -> Option<Vec<Value<'a>>> {
    let kinds: Vec<_> = kinds.into_iter().collect();
    let (values, used) = sequence(&kinds, data)?;
    (used == data.len()).then_some(values)
}

/// Reads values one after another, their tails behind all heads, and says how many bytes they took.
fn sequence<'a>(kinds: &[&Kind], data: &'a [u8]) -> Option<(Vec<Value<'a>>, usize)> {
    let heads = kinds.iter().fold(0, |sum: usize, kind| sum.saturating_add(kind.head()));
    let (mut at, mut tail) = (0_usize, heads);
    let mut values = Vec::with_capacity(kinds.len());
    for kind in kinds {
        let head = data.get(at..at.checked_add(kind.head())?)?;
        at += head.len();
        if kind.is_dynamic() {
            // The only offset that an encoder writes: where the tails so far end.
            if size(head)? != tail {
                return None;
            }
            let (value, used) = dynamic(kind, data.get(tail..)?)?;
            tail = tail.checked_add(used)?;
            values.push(value);
        } else {
            values.push(fixed(kind, head)?);
        }
    }
    (tail <= data.len()).then_some((values, tail))
}

fn dynamic<'a>(kind: &Kind, data: &'a [u8]) -> Option<(Value<'a>, usize)> {
    match kind {
        Kind::Bytes | Kind::Text => {
            let length = size(data.get(..WORD)?)?;
            let end = WORD.checked_add(length)?;
            let bytes = data.get(WORD..end)?;
            let padded = end.checked_next_multiple_of(WORD)?;
            let is_clean = data.get(end..padded)?.iter().all(|it| *it == 0);
            is_clean.then_some((Value::Bytes(bytes), padded))
        }
        Kind::List(of) => {
            let length = size(data.get(..WORD)?)?;
            let (values, used) = items(of, length, &data[WORD..])?;
            Some((values, WORD + used))
        }
        Kind::Array(of, length) => items(of, *length, data),
        Kind::Tuple(parts) => {
            let kinds: Vec<&Kind> = parts.iter().map(|part| &part.kind).collect();
            let (values, used) = sequence(&kinds, data)?;
            Some((Value::Many(values), used))
        }
        Kind::Address | Kind::Unsigned(_) | Kind::Signed(_) | Kind::Bool | Kind::Fixed(_) => None,
    }
}

/// So many values of one type.
fn items<'a>(of: &Kind, length: usize, data: &'a [u8]) -> Option<(Value<'a>, usize)> {
    // Each takes a head at least.
    if length > data.len() / WORD {
        return None;
    }
    let kinds: Vec<&Kind> = std::iter::repeat_n(of, length).collect();
    let (values, used) = sequence(&kinds, data)?;
    Some((Value::Many(values), used))
}

fn fixed<'a>(kind: &Kind, head: &'a [u8]) -> Option<Value<'a>> {
    let number = || U256::try_from_be_slice(head);
    match kind {
        Kind::Address => {
            let (upper, lower) = head.split_at_checked(12)?;
            let is_clean = upper.iter().all(|it| *it == 0);
            is_clean.then(|| Value::Address(Address::from_slice(lower)))
        }
        Kind::Unsigned(bits) => number().filter(|it| it.bit_len() <= *bits).map(Value::Word),
        Kind::Signed(bits) => {
            let word = number()?;
            let (sign, above) = (word.bit(bits - 1), bits - 1..256);
            above.into_iter().all(|bit| word.bit(bit) == sign).then_some(Value::Word(word))
        }
        Kind::Bool => number().filter(|it| *it <= U256::ONE).map(Value::Word),
        Kind::Fixed(length) => {
            let is_clean = head.get(*length..)?.iter().all(|it| *it == 0);
            is_clean.then(number).flatten().map(Value::Word)
        }
        Kind::Tuple(parts) => parted(parts.iter().map(|part| &part.kind), head),
        Kind::Array(of, length) => parted(std::iter::repeat_n(&**of, *length), head),
        Kind::Bytes | Kind::Text | Kind::List(_) => None,
    }
}

/// Values of fixed sizes, side by side.
fn parted<'a, 'k>(kinds: impl Iterator<Item = &'k Kind>, head: &'a [u8]) -> Option<Value<'a>> {
    let mut at = 0;
    let mut values = Vec::new();
    for kind in kinds {
        let end = at + kind.head();
        values.push(fixed(kind, head.get(at..end)?)?);
        at = end;
    }
    Some(Value::Many(values))
}

/// A length or an offset: what does not fit a machine's word is none.
fn size(word: &[u8]) -> Option<usize> {
    U256::try_from_be_slice(word)?.try_into().ok()
}
