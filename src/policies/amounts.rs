//! Amounts as people write them in policies.

use std::fmt;
use std::str::FromStr;

use alloy_primitives::U256;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::decimal;
use crate::abi::Signature;

/// An amount of the smallest unit, in digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Units(pub U256);

impl Serialize for Units {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        decimal::serialize(&self.0, to)
    }
}

impl<'de> Deserialize<'de> for Units {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        decimal::deserialize(from).map(Self)
    }
}

/// US dollars, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(pub U256);

impl fmt::Display for Usd {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let million = U256::from(1_000_000);
        let (whole, rest) = self.0.div_rem(million);
        if rest.is_zero() {
            return write!(to, "{whole}");
        }
        let rest = format!("{:0>6}", rest.to_string());
        write!(to, "{whole}.{}", rest.trim_end_matches('0'))
    }
}

impl FromStr for Usd {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "must be US dollars with up to 6 decimals, as a text: \"1000.50\"";
        let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
        if rest.is_empty() || rest.len() > 6 {
            return Err(wrong);
        }
        // So many digits that both together stay far below 256 bits.
        let whole: u64 = decimal::read(whole).map_err(|_| wrong)?;
        let rest: u64 = decimal::read(&format!("{rest:0<6}")).map_err(|_| wrong)?;
        Ok(Self(U256::from(whole) * U256::from(1_000_000) + U256::from(rest)))
    }
}

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Usd {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// A function as a rule names it: by its signature, or by the first four bytes of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionName {
    text: String,
    selector: [u8; 4],
}

impl FunctionName {
    pub(super) const fn selector(&self) -> [u8; 4] {
        self.selector
    }

    /// The function, where it is named by its signature.
    pub(super) fn function(&self) -> Option<Signature> {
        Signature::read(&self.text)
    }
}

impl FromStr for FunctionName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let selector = match text.strip_prefix("0x") {
            Some(digits) => {
                let is_hex = digits.len() == 8 && digits.bytes().all(|it| it.is_ascii_hexdigit());
                let number = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex);
                number.map(u32::to_be_bytes)
            }
            None => Signature::read(text).map(|it| it.selector),
        };
        let selector = selector.ok_or(
            "must be a signature without names or spaces, \"transfer(address,uint256)\", or a \
             selector, \"0xa9059cbb\"",
        )?;
        Ok(Self { text: text.to_owned(), selector })
    }
}

impl Serialize for FunctionName {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for FunctionName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_read_and_written_exactly() {
        for (text, micro) in [("1000", 1_000_000_000_u64), ("0.000001", 1), ("1.5", 1_500_000)] {
            let usd: Usd = text.parse().unwrap();
            assert_eq!(usd.0, U256::from(micro), "{text}");
            assert_eq!(usd.to_string(), text);
        }
        for text in ["", ".", "1.", ".5", "1.0000001", "-1", "1e3", "1,000", "99999999999999999999"]
        {
            assert!(text.parse::<Usd>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_function_is_named_by_its_signature_or_its_selector() {
        let by_signature: FunctionName = "transfer(address,uint256)".parse().unwrap();
        let by_selector: FunctionName = "0xa9059cbb".parse().unwrap();
        assert_eq!(by_signature.selector(), by_selector.selector());
        for text in
            ["", "0x", "0xa9059c", "0xa9059cbb00", "transfer(address to,uint256)", "0xzzzzzzzz"]
        {
            assert!(text.parse::<FunctionName>().is_err(), "{text}");
        }
    }
}
