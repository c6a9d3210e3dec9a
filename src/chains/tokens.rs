//! What an account has of a token (ERC-20), as its contract says at one block.

use alloy_primitives::{Address, Bytes, U256};
use futures::future::try_join3;

use super::block::Header;
use super::error::Error;
use super::fault::Refusal;
use super::reader::ChainReader;
use super::state::{Called, Message};
use crate::abi::{self, Kind};

/// `balanceOf(address)`.
const BALANCE_OF: [u8; 4] = [0x70, 0xa0, 0x82, 0x31];
/// `decimals()`.
const DECIMALS: [u8; 4] = [0x31, 0x3c, 0xe5, 0x67];
/// `symbol()`.
const SYMBOL: [u8; 4] = [0x95, 0xd8, 0x9b, 0x41];
/// The longest symbol that is told: it is whatever a contract likes to say.
const MAX_SYMBOL: usize = 32;

/// What an account has of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// How much, in the token's smallest unit.
    pub amount: U256,
    /// How many decimals people write it with, where the contract says so.
    pub decimals: Option<u8>,
    /// What the contract calls itself. It is no proof of anything.
    pub symbol: Option<String>,
}

/// What came of asking a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// The account has this.
    Of(Held),
    /// There is no contract at the address.
    NoContract,
    /// The contract undid the call.
    Undone(Refusal),
    /// The contract gave that many bytes, which are no amount: it is no token.
    NoToken(usize),
}

/// Asks a token at a block; nothing where no endpoint has the block any more.
pub async fn holding(
    reader: &dyn ChainReader,
    token: Address,
    holder: Address,
    block: &Header,
) -> Result<Option<Holding>, Error> {
    let balance = [&BALANCE_OF[..], holder.into_word().as_slice()].concat();
    let of = |data: Vec<u8>| Message { to: Some(token), data: data.into(), ..Message::default() };
    let [balance, decimals, symbol] = [balance, DECIMALS.to_vec(), SYMBOL.to_vec()].map(of);
    let (balance, decimals, symbol) = try_join3(
        reader.call(&balance, block),
        reader.call(&decimals, block),
        reader.call(&symbol, block),
    )
    .await?;
    let Some(balance) = balance else { return Ok(None) };
    let data = match balance {
        Called::Returned(data) => data,
        Called::Undone(refusal) => return Ok(Some(Holding::Undone(refusal))),
    };
    if data.is_empty() {
        let code = reader.code(token, block).await?;
        let is_none = code.is_some_and(|code| code.is_empty());
        return Ok(Some(if is_none { Holding::NoContract } else { Holding::NoToken(0) }));
    }
    let Some(amount) = word(256, &data) else { return Ok(Some(Holding::NoToken(data.len()))) };
    let decimals = returned(decimals).and_then(|data| word(8, &data)).map(|it| it.to::<u8>());
    let symbol = returned(symbol).and_then(|data| name(&data));
    Ok(Some(Holding::Of(Held { amount, decimals, symbol })))
}

fn returned(called: Option<Called>) -> Option<Bytes> {
    match called? {
        Called::Returned(data) => Some(data),
        Called::Undone(_) => None,
    }
}

fn word(bits: usize, data: &[u8]) -> Option<U256> {
    abi::decode([&Kind::Unsigned(bits)], data)?.first()?.word()
}

/// A symbol: a text, or the 32 bytes of the first tokens.
fn name(data: &[u8]) -> Option<String> {
    let text = match abi::decode([&Kind::Text], data) {
        Some(values) => values.first()?.bytes()?,
        None if data.len() == 32 => data.split(|byte| *byte == 0).next()?,
        None => return None,
    };
    let text = str::from_utf8(text).ok()?;
    let is_told = !text.is_empty() && !text.chars().any(char::is_control);
    is_told.then(|| text.chars().take(MAX_SYMBOL).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_is_a_text_or_the_bytes_of_the_first_tokens() {
        let mut text = [0; 96];
        (text[31], text[63]) = (32, 4);
        text[64..68].copy_from_slice(b"USDC");
        assert_eq!(name(&text), Some("USDC".into()));
        let mut bytes = [0; 32];
        bytes[..3].copy_from_slice(b"MKR");
        assert_eq!(name(&bytes), Some("MKR".into()));
        assert_eq!(name(&[0; 32]), None);
        text[65] = b'\n';
        assert_eq!(name(&text), None);
    }
}
