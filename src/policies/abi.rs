//! The ABI, read strictly: only the one encoding that compilers and libraries write is understood.
//!
//! A contract follows an offset wherever it points and drops the upper bits of an address; whoever
//! judges a call must not. So each offset must be where the next tail begins, each padding zero, and
//! nothing may be left over. That also bounds the work by the length of what is read: no two values
//! share their bytes.

use alloy_primitives::{Address, U256, keccak256};

/// The bytes of a word.
const WORD: usize = 32;

/// How deep types may lie within each other.
const MAX_NESTING: usize = 8;

/// The most parameters of a function or a tuple.
const MAX_PARTS: usize = 32;

/// The kind of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// An address.
    Address,
    /// A number without a sign of so many bits.
    Unsigned(usize),
    /// A number with a sign of so many bits.
    Signed(usize),
    /// Yes or no.
    Bool,
    /// So many bytes.
    Fixed(usize),
    /// Bytes of any number, or a text.
    Bytes,
    /// Any number of one kind.
    List(Box<Kind>),
    /// Some of each.
    Tuple(Vec<Kind>),
}

/// A decoded value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// An address.
    Address(Address),
    /// A word that is no address: a number, yes or no, fixed bytes.
    Word(U256),
    /// Bytes.
    Bytes(&'a [u8]),
    /// The values of a list or a tuple.
    Many(Vec<Value<'a>>),
}

impl<'a> Value<'a> {
    pub(super) const fn address(&self) -> Option<Address> {
        match self {
            Self::Address(address) => Some(*address),
            Self::Word(_) | Self::Bytes(_) | Self::Many(_) => None,
        }
    }

    pub(super) const fn word(&self) -> Option<U256> {
        match self {
            Self::Word(word) => Some(*word),
            Self::Address(_) | Self::Bytes(_) | Self::Many(_) => None,
        }
    }

    pub(super) const fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Address(_) | Self::Word(_) | Self::Many(_) => None,
        }
    }

    pub(super) fn many(&self) -> Option<&[Value<'a>]> {
        match self {
            Self::Many(values) => Some(values),
            Self::Address(_) | Self::Word(_) | Self::Bytes(_) => None,
        }
    }
}

/// A function by its signature: `transfer(address,uint256)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Function {
    /// As it is hashed.
    pub(super) signature: String,
    /// The first four bytes of a call.
    pub(super) selector: [u8; 4],
    /// What follows them.
    pub(super) parameters: Vec<Kind>,
}

impl Function {
    /// Reads a signature in its canonical spelling; nothing where it is none.
    pub(super) fn read(signature: &str) -> Option<Self> {
        let open = signature.find('(')?;
        let name = &signature[..open];
        let is_name = name.starts_with(|it: char| it.is_ascii_alphabetic() || "_$".contains(it))
            && name.chars().all(|it| it.is_ascii_alphanumeric() || "_$".contains(it));
        let (true, (parameters, "")) = (is_name, tuple(&signature[open..], 0)?) else {
            return None;
        };
        let hash = keccak256(signature);
        let selector = [hash[0], hash[1], hash[2], hash[3]];
        Some(Self { signature: signature.to_owned(), selector, parameters })
    }
}

fn tuple(text: &str, depth: usize) -> Option<(Vec<Kind>, &str)> {
    let mut rest = text.strip_prefix('(')?;
    let mut parts = Vec::new();
    if let Some(rest) = rest.strip_prefix(')') {
        return Some((parts, rest));
    }
    loop {
        let (kind, after) = kind(rest, depth)?;
        parts.push(kind);
        if parts.len() > MAX_PARTS {
            return None;
        }
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None => return Some((parts, after.strip_prefix(')')?)),
        }
    }
}

fn kind(text: &str, depth: usize) -> Option<(Kind, &str)> {
    if depth >= MAX_NESTING {
        return None;
    }
    let (mut kind, mut rest) = if text.starts_with('(') {
        let (parts, rest) = tuple(text, depth + 1)?;
        // A tuple of nothing takes no bytes: a list of them would have no end.
        (!parts.is_empty()).then_some((Kind::Tuple(parts), rest))?
    } else {
        let end = text.find(|it: char| !it.is_ascii_alphanumeric()).unwrap_or(text.len());
        (word(&text[..end])?, &text[end..])
    };
    let mut lists = depth;
    while let Some(after) = rest.strip_prefix("[]") {
        lists += 1;
        if lists >= MAX_NESTING {
            return None;
        }
        (kind, rest) = (Kind::List(Box::new(kind)), after);
    }
    Some((kind, rest))
}

fn word(name: &str) -> Option<Kind> {
    let bits = |digits: &str| {
        let bits: usize = digits.parse().ok()?;
        let is_whole = bits.is_multiple_of(8) && (8..=256).contains(&bits);
        (is_whole && bits.to_string() == digits).then_some(bits)
    };
    match name {
        "address" => Some(Kind::Address),
        "bool" => Some(Kind::Bool),
        "bytes" | "string" => Some(Kind::Bytes),
        other => {
            if let Some(digits) = other.strip_prefix("uint") {
                return bits(digits).map(Kind::Unsigned);
            }
            if let Some(digits) = other.strip_prefix("int") {
                return bits(digits).map(Kind::Signed);
            }
            let size = other.strip_prefix("bytes")?;
            let length: usize = size.parse().ok()?;
            let is_size = (1..=WORD).contains(&length) && length.to_string() == size;
            is_size.then_some(Kind::Fixed(length))
        }
    }
}

impl Kind {
    fn is_dynamic(&self) -> bool {
        match self {
            Self::Bytes | Self::List(_) => true,
            Self::Tuple(parts) => parts.iter().any(Self::is_dynamic),
            Self::Address | Self::Unsigned(_) | Self::Signed(_) | Self::Bool | Self::Fixed(_) => {
                false
            }
        }
    }

    /// The bytes that it takes where it stands: an offset where it is dynamic.
    fn head(&self) -> usize {
        match self {
            Self::Tuple(parts) if !self.is_dynamic() => parts.iter().map(Self::head).sum(),
            Self::Tuple(_)
            | Self::Bytes
            | Self::List(_)
            | Self::Address
            | Self::Unsigned(_)
            | Self::Signed(_)
            | Self::Bool
            | Self::Fixed(_) => WORD,
        }
    }
}

/// Reads parameters; nothing where these bytes are not their one encoding.
pub(super) fn decode<'a>(kinds: &[Kind], data: &'a [u8]) -> Option<Vec<Value<'a>>> {
    let kinds: Vec<_> = kinds.iter().collect();
    let (values, used) = sequence(&kinds, data)?;
    (used == data.len()).then_some(values)
}

/// Reads values one after another, their tails behind all heads, and says how many bytes they took.
fn sequence<'a>(kinds: &[&Kind], data: &'a [u8]) -> Option<(Vec<Value<'a>>, usize)> {
    let heads: usize = kinds.iter().map(|kind| kind.head()).sum();
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
        Kind::Bytes => {
            let length = size(data.get(..WORD)?)?;
            let end = WORD.checked_add(length)?;
            let bytes = data.get(WORD..end)?;
            let padded = end.checked_next_multiple_of(WORD)?;
            let is_clean = data.get(end..padded)?.iter().all(|it| *it == 0);
            is_clean.then_some((Value::Bytes(bytes), padded))
        }
        Kind::List(of) => {
            let length = size(data.get(..WORD)?)?;
            let rest = &data[WORD..];
            // Each takes a head at least.
            if length > rest.len() / WORD {
                return None;
            }
            let kinds: Vec<&Kind> = std::iter::repeat_n(&**of, length).collect();
            let (values, used) = sequence(&kinds, rest)?;
            Some((Value::Many(values), WORD + used))
        }
        Kind::Tuple(parts) => {
            let kinds: Vec<&Kind> = parts.iter().collect();
            let (values, used) = sequence(&kinds, data)?;
            Some((Value::Many(values), used))
        }
        Kind::Address | Kind::Unsigned(_) | Kind::Signed(_) | Kind::Bool | Kind::Fixed(_) => None,
    }
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
        Kind::Tuple(parts) => {
            let mut at = 0;
            let mut values = Vec::with_capacity(parts.len());
            for part in parts {
                let end = at + part.head();
                values.push(fixed(part, head.get(at..end)?)?);
                at = end;
            }
            Some(Value::Many(values))
        }
        Kind::Bytes | Kind::List(_) => None,
    }
}

/// A length or an offset: what does not fit a machine's word is none.
fn size(word: &[u8]) -> Option<usize> {
    U256::try_from_be_slice(word)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use alloy_dyn_abi::{DynSolType, DynSolValue};
    use proptest::prelude::*;

    use super::*;

    const SHAPES: [&str; 6] = [
        "f(address,uint256)",
        "f(bytes[])",
        "f((address,bool,uint256,bytes)[])",
        "f(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes)",
        "f(uint48,int16,bytes4,bool,bytes)",
        "f((address,uint256,(uint8,uint8)),uint256[][])",
    ];

    /// The value that the bytes of a seed make of a type.
    fn made(of: &DynSolType, seed: &mut impl Iterator<Item = u8>) -> DynSolValue {
        let mut next = || seed.next().unwrap_or(0);
        match of {
            DynSolType::Address => DynSolValue::Address(Address::repeat_byte(next())),
            DynSolType::Bool => DynSolValue::Bool(next() % 2 == 0),
            DynSolType::Uint(bits) => DynSolValue::Uint(U256::from(next()), *bits),
            DynSolType::Int(bits) => {
                let number = alloy_primitives::I256::try_from(i64::from(next()) - 128).unwrap();
                DynSolValue::Int(number, *bits)
            }
            DynSolType::FixedBytes(length) => {
                let mut word = [0; 32];
                word[..*length].fill(next());
                DynSolValue::FixedBytes(word.into(), *length)
            }
            DynSolType::Bytes => DynSolValue::Bytes(vec![7; usize::from(next() % 70)]),
            DynSolType::String => DynSolValue::String("ü".repeat(usize::from(next() % 40))),
            DynSolType::Array(of) => {
                let count = next() % 4;
                DynSolValue::Array((0..count).map(|_| made(of, seed)).collect())
            }
            DynSolType::Tuple(parts) => {
                DynSolValue::Tuple(parts.iter().map(|part| made(part, seed)).collect())
            }
            DynSolType::Function | DynSolType::FixedArray(..) | DynSolType::CustomStruct { .. } => {
                panic!("{of} is not made here")
            }
        }
    }

    fn encoded(signature: &str, seed: &[u8]) -> Vec<u8> {
        let of: DynSolType = signature[1..].parse().unwrap();
        made(&of, &mut seed.iter().copied()).abi_encode_params()
    }

    proptest! {
        #[test]
        fn what_an_encoder_writes_is_read(shape in 0..SHAPES.len(), seed: [u8; 32]) {
            let function = Function::read(SHAPES[shape]).unwrap();
            let data = encoded(SHAPES[shape], &seed);
            prop_assert!(decode(&function.parameters, &data).is_some());
        }

        #[test]
        fn what_is_read_is_what_an_encoder_writes(
            shape in 0..SHAPES.len(), seed: [u8; 32], at: prop::sample::Index, flip: u8,
        ) {
            let function = Function::read(SHAPES[shape]).unwrap();
            let mut data = encoded(SHAPES[shape], &seed);
            let at = at.index(data.len());
            data[at] ^= flip;
            if decode(&function.parameters, &data).is_some() {
                let of: DynSolType = SHAPES[shape][1..].parse().unwrap();

                if let Ok(value) = of.abi_decode_params(&data) {
                    prop_assert_eq!(value.abi_encode_params(), data);
                }
            }
        }

        #[test]
        fn any_bytes_are_read_without_harm(shape in 0..SHAPES.len(), data: Vec<u8>) {
            let function = Function::read(SHAPES[shape]).unwrap();
            let _ = decode(&function.parameters, &data);
        }
    }

    #[test]
    fn selectors_are_those_that_everybody_knows() {
        let known = [
            ("transfer(address,uint256)", [0xa9, 0x05, 0x9c, 0xbb]),
            ("approve(address,uint256)", [0x09, 0x5e, 0xa7, 0xb3]),
            ("multicall(bytes[])", [0xac, 0x96, 0x50, 0xd8]),
            ("aggregate3((address,bool,bytes)[])", [0x82, 0xad, 0x56, 0xcb]),
            ("multiSend(bytes)", [0x8d, 0x80, 0xff, 0x0a]),
        ];
        for (signature, selector) in known {
            assert_eq!(Function::read(signature).unwrap().selector, selector, "{signature}");
        }
    }

    #[test]
    fn a_signature_in_another_spelling_is_none() {
        let texts = [
            "",
            "transfer",
            "transfer(",
            "transfer(address,)",
            "transfer(address) ",
            "(address)",
            "f(uint)",
            "f(uint7)",
            "f(uint008)",
            "f(bytes0)",
            "f(bytes33)",
            "f(())",
            "f(address a)",
            "f(address[2])",
            "f(uint256[][][][][][][][][])",
            "1f()",
        ];
        for text in texts {
            assert_eq!(Function::read(text), None, "{text}");
        }
        assert!(Function::read("deposit()").is_some());
    }
}
