//! From JSON to the bytes of a call: each value has to be one of its type, and nothing is guessed.

use alloy_dyn_abi::DynSolValue;
use alloy_primitives::{Address, B256, I256, U256, hex};
use serde_json::Value;

use super::kind::{Kind, Part, WORD};

/// The largest whole number that every program keeps exactly when it stands in JSON: 2^53 - 1.
const LARGEST_EXACT: u64 = 9_007_199_254_740_991;

/// A value that is none of its type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Misfit {
    /// Where, as a JSON pointer from the arguments on.
    pub path: String,
    /// What is wrong, and what is wanted.
    pub problem: String,
}

/// Encodes values of these parts: a list in their order, or an object by their names.
///
/// `is_open` says which texts are not known yet; each stands for anything, and zero is encoded in its
/// place. Without such texts, what comes out is what goes to the chain.
///
/// # Errors
/// Everything that does not fit.
pub fn encode(
    parts: &[Part],
    values: &Value,
    is_open: &dyn Fn(&str) -> bool,
) -> Result<Vec<u8>, Vec<Misfit>> {
    let mut reading = Reading { is_open, misfits: Vec::new() };
    let read = reading.parts(parts, values, "");
    match read {
        Some(values) if reading.misfits.is_empty() => {
            Ok(DynSolValue::Tuple(values).abi_encode_params())
        }
        Some(_) | None => Err(reading.misfits),
    }
}

/// Reads an address: `0x` and 40 hexadecimal digits. Where their case is mixed, it is a checksum
/// (EIP-55), and has to be right.
///
/// # Errors
/// What is wrong with it.
pub fn address(text: &str) -> Result<Address, &'static str> {
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 40);
    let Some(address) = digits.and_then(|digits| hex::decode(digits).ok()) else {
        return Err("is no address: 0x and 40 hexadecimal digits");
    };
    let address = Address::from_slice(&address);
    let letters = || text[2..].bytes().filter(u8::is_ascii_alphabetic);
    let is_mixed =
        letters().any(|it| it.is_ascii_lowercase()) && letters().any(|it| it.is_ascii_uppercase());
    if is_mixed && address.to_checksum(None) != text {
        return Err(
            "is an address with a wrong checksum: a letter or its case is mistaken; copy it \
                    anew, or write it in lower case if you are sure of it",
        );
    }
    Ok(address)
}

struct Reading<'a> {
    is_open: &'a dyn Fn(&str) -> bool,
    misfits: Vec<Misfit>,
}

impl Reading<'_> {
    fn misfit<T>(&mut self, path: &str, problem: impl Into<String>) -> Option<T> {
        self.misfits.push(Misfit { path: path.to_owned(), problem: problem.into() });
        None
    }

    fn is_open(&self, value: &Value) -> bool {
        value.as_str().is_some_and(|text| (self.is_open)(text))
    }

    /// Values of several parts.
    fn parts(&mut self, parts: &[Part], values: &Value, path: &str) -> Option<Vec<DynSolValue>> {
        if self.is_open(values) {
            return Some(parts.iter().map(|part| zero(&part.kind)).collect());
        }
        match values {
            Value::Array(items) if items.len() == parts.len() => {
                let each = parts.iter().zip(items).enumerate();
                let read: Vec<_> = each
                    .map(|(at, (part, item))| self.value(&part.kind, item, &format!("{path}/{at}")))
                    .collect();
                read.into_iter().collect()
            }
            Value::Array(items) => {
                let (wanted, given) = (counted(parts), items.len());
                self.misfit(path, format!("needs {wanted}, and has {given}"))
            }
            Value::Object(fields) => {
                let names: Vec<_> =
                    parts.iter().enumerate().map(|(at, part)| part.called(at)).collect();
                for name in fields.keys().filter(|name| !names.contains(name)) {
                    let known = names.join(", ");
                    let path = format!("{path}/{}", escaped(name));
                    self.misfit::<()>(&path, format!("is none of the parameters: {known}"));
                }
                let each = parts.iter().zip(&names);
                let read: Vec<_> = each
                    .map(|(part, name)| match fields.get(name) {
                        Some(value) => {
                            self.value(&part.kind, value, &format!("{path}/{}", escaped(name)))
                        }
                        None => self.misfit(path, format!("lacks `{name}` ({})", part.kind)),
                    })
                    .collect();
                read.into_iter().collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                self.misfit(path, format!("must be a list or an object with {}", counted(parts)))
            }
        }
    }

    fn value(&mut self, kind: &Kind, value: &Value, path: &str) -> Option<DynSolValue> {
        if self.is_open(value) {
            return Some(zero(kind));
        }
        match kind {
            Kind::Address => match value.as_str().map(address) {
                Some(Ok(address)) => Some(DynSolValue::Address(address)),
                Some(Err(problem)) => self.misfit(path, problem),
                None => self.misfit(path, "must be a text with an address"),
            },
            Kind::Bool => match value.as_bool() {
                Some(it) => Some(DynSolValue::Bool(it)),
                None => self.misfit(path, "must be true or false"),
            },
            Kind::Text => match value.as_str() {
                Some(text) => Some(DynSolValue::String(text.to_owned())),
                None => self.misfit(path, "must be a text"),
            },
            Kind::Unsigned(bits) => {
                let number = self.digits(kind, value, path)?;
                let read = number.parse::<U256>().ok().filter(|it| it.bit_len() <= *bits);
                match read {
                    Some(number) => Some(DynSolValue::Uint(number, *bits)),
                    None => self.misfit(path, format!("is no {kind}: it is too large or negative")),
                }
            }
            Kind::Signed(bits) => {
                let number = self.digits(kind, value, path)?;
                match I256::from_dec_str(&number).ok().filter(|it| fits(*it, *bits)) {
                    Some(number) => Some(DynSolValue::Int(number, *bits)),
                    None => {
                        self.misfit(path, format!("is no {kind}: it is too large or too small"))
                    }
                }
            }
            Kind::Fixed(length) => {
                let bytes = self.bytes(value, path)?;
                if bytes.len() != *length {
                    let given = bytes.len();
                    return self.misfit(path, format!("must be {length} bytes, and is {given}"));
                }
                let mut word = [0; WORD];
                word[..*length].copy_from_slice(&bytes);
                Some(DynSolValue::FixedBytes(B256::from(word), *length))
            }
            Kind::Bytes => self.bytes(value, path).map(DynSolValue::Bytes),
            Kind::List(of) => self.items(of, value, path).map(DynSolValue::Array),
            Kind::Array(of, length) => {
                let items = self.items(of, value, path)?;
                if items.len() != *length {
                    let given = items.len();
                    return self.misfit(path, format!("must have {length} items, and has {given}"));
                }
                Some(DynSolValue::FixedArray(items))
            }
            Kind::Tuple(parts) => self.parts(parts, value, path).map(DynSolValue::Tuple),
        }
    }

    fn items(&mut self, of: &Kind, value: &Value, path: &str) -> Option<Vec<DynSolValue>> {
        let Some(items) = value.as_array() else {
            return self.misfit(path, format!("must be a list of {of}"));
        };
        let each = items.iter().enumerate();
        let read: Vec<_> =
            each.map(|(at, item)| self.value(of, item, &format!("{path}/{at}"))).collect();
        read.into_iter().collect()
    }

    /// The decimal digits of a whole number, with its sign.
    fn digits(&mut self, kind: &Kind, value: &Value, path: &str) -> Option<String> {
        match value {
            Value::Number(number) => {
                let is_whole = number.is_u64() || number.is_i64();
                let is_exact =
                    number.as_i64().map_or(number.as_u64(), |it| Some(it.unsigned_abs()));
                match is_exact.filter(|it| is_whole && *it <= LARGEST_EXACT) {
                    Some(_) => Some(number.to_string()),
                    None => self.misfit(
                        path,
                        "is a number that programs round: write it as a text of its digits",
                    ),
                }
            }
            Value::String(text) => {
                let digits = text.strip_prefix('-').unwrap_or(text);
                let are_digits = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
                let is_canonical = text == "0" || !digits.starts_with('0');
                if are_digits && is_canonical {
                    Some(text.clone())
                } else {
                    self.misfit(
                        path,
                        format!("is no {kind}: a text of decimal digits, as \"1000\""),
                    )
                }
            }
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => self
                .misfit(path, format!("must be a {kind}: a whole number, or a text of its digits")),
        }
    }

    fn bytes(&mut self, value: &Value, path: &str) -> Option<Vec<u8>> {
        let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
        let is_hex = |digits: &&str| digits.bytes().all(|it| it.is_ascii_hexdigit());
        match digits.filter(is_hex).and_then(|digits| hex::decode(digits).ok()) {
            Some(bytes) => Some(bytes),
            None => self.misfit(path, "must be bytes: 0x and two hexadecimal digits for each"),
        }
    }
}

fn fits(number: I256, bits: usize) -> bool {
    let above = if number.is_negative() { !number.into_raw() } else { number.into_raw() };
    above.bit_len() < bits
}

/// What is encoded for what is not known yet.
fn zero(kind: &Kind) -> DynSolValue {
    match kind {
        Kind::Address => DynSolValue::Address(Address::ZERO),
        Kind::Unsigned(bits) => DynSolValue::Uint(U256::ZERO, *bits),
        Kind::Signed(bits) => DynSolValue::Int(I256::ZERO, *bits),
        Kind::Bool => DynSolValue::Bool(false),
        Kind::Fixed(length) => DynSolValue::FixedBytes(B256::ZERO, *length),
        Kind::Bytes => DynSolValue::Bytes(Vec::new()),
        Kind::Text => DynSolValue::String(String::new()),
        Kind::List(_) => DynSolValue::Array(Vec::new()),
        Kind::Array(of, length) => DynSolValue::FixedArray(vec![zero(of); *length]),
        Kind::Tuple(parts) => {
            DynSolValue::Tuple(parts.iter().map(|part| zero(&part.kind)).collect())
        }
    }
}

/// How many values of which types, in words.
fn counted(parts: &[Part]) -> String {
    let each =
        parts.iter().enumerate().map(|(at, part)| format!("{} {}", part.kind, part.called(at)));
    match parts.len() {
        0 => "no arguments".to_owned(),
        1 => format!("1 value ({})", each.collect::<String>()),
        count => format!("{count} values ({})", each.collect::<Vec<_>>().join(", ")),
    }
}

/// A name as a step of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
