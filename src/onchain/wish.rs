//! What nodes want that send transactions: a call, a wallet and a chain.

use alloy_primitives::{Address, Bytes, U256};
use engine::PayloadProblem;
use serde_json::Value;

use super::batch::{Batch, BySafe};
use super::calling::Calling;
use super::payload::{Payload, Question, question};
use crate::primitives::{ChainId, WalletId};

/// The selector of `transfer(address,uint256)`.
const TRANSFER: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];
/// The selector of `approve(address,uint256)`.
const APPROVE: [u8; 4] = [0x09, 0x5e, 0xa7, 0xb3];
/// The largest code that makes a contract (EIP-3860), with as much again for arguments.
const MAX_CODE: usize = 2 * 49_152;

/// What a node wants of a wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// By which wallet; by the one that is used where nobody says which.
    pub wallet: Option<WalletId>,
    /// On which chain.
    pub chain: ChainId,
    /// Whom it calls; nobody where it makes a contract.
    pub to: Option<Address>,
    /// What goes along, in wei.
    pub value: U256,
    /// What it says.
    pub saying: Saying,
    /// Until when the node waits.
    pub awaited: Awaited,
    /// How much gas it may take.
    pub gas_limit: Option<u64>,
    /// How much its fees may come to, in wei.
    pub max_fee: Option<U256>,
}

/// What a transaction says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saying {
    /// These bytes, whoever sends it.
    Plain(Bytes),
    /// What a Safe is told by its owner, who sends it.
    BySafe(BySafe),
}

/// Until when a node waits for its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaited {
    /// Until it stands in a block.
    Included,
    /// Until its block stays.
    Final,
}

/// What `send-native-token` wants.
pub(super) struct SendNativeToken(Wish);
/// What `send-erc20-token` wants.
pub(super) struct SendErc20Token(Wish);
/// What `approve-erc20` wants.
pub(super) struct ApproveErc20(Wish);
/// What `write-contract` wants.
pub(super) struct WriteContract(Wish);
/// What `deploy-contract` wants.
pub(super) struct DeployContract(Wish);

impl Wish {
    /// What a node of this type wants by its payload; none where its type sends no transactions.
    ///
    /// # Errors
    /// Everything that is wrong with the payload.
    pub fn of(kind: &str, payload: &Value) -> Option<Result<Self, Vec<PayloadProblem>>> {
        Some(match kind {
            "send-native-token" => question::<SendNativeToken>(payload).map(|it| it.0),
            "send-erc20-token" => question::<SendErc20Token>(payload).map(|it| it.0),
            "approve-erc20" => question::<ApproveErc20>(payload).map(|it| it.0),
            "write-contract" => question::<WriteContract>(payload).map(|it| it.0),
            "deploy-contract" => question::<DeployContract>(payload).map(|it| it.0),
            "batch" => question::<Batch>(payload).map(|it| it.0),
            _ => return None,
        })
    }

    /// What it says where this address sends it.
    pub fn data(&self, sender: Address) -> Bytes {
        match &self.saying {
            Saying::Plain(data) => data.clone(),
            Saying::BySafe(call) => call.said_by(sender),
        }
    }

    /// Reads what all of them say, around what is called.
    pub(super) fn around(
        payload: &mut Payload<'_>,
        call: Option<(Option<Address>, U256, Saying)>,
    ) -> Option<Self> {
        let (wallet, chain) = (wallet(payload), payload.chain());
        let (gas_limit, max_fee) = (gas(payload), payload.amount("maxFee"));
        let awaited = awaited(payload);
        let (to, value, saying) = call?;
        let chain = chain?;
        Some(Self { wallet, chain, to, value, saying, awaited: awaited?, gas_limit, max_fee })
    }
}

impl Question for SendNativeToken {
    fn read(payload: &mut Payload<'_>) -> Option<Self> {
        let (to, value) = (payload.address("recipientAddress"), payload.amount("amount"));
        let call = to.zip(value).map(|(to, value)| (Some(to), value, Saying::Plain(Bytes::new())));
        Wish::around(payload, call).map(Self)
    }
}

impl Question for SendErc20Token {
    fn read(payload: &mut Payload<'_>) -> Option<Self> {
        let call = of_token(payload, TRANSFER, "recipientAddress");
        Wish::around(payload, call).map(Self)
    }
}

impl Question for ApproveErc20 {
    fn read(payload: &mut Payload<'_>) -> Option<Self> {
        let call = of_token(payload, APPROVE, "spenderAddress");
        Wish::around(payload, call).map(Self)
    }
}

impl Question for WriteContract {
    fn read(payload: &mut Payload<'_>) -> Option<Self> {
        let to = payload.address("contractAddress");
        let value = payload.amount("value").unwrap_or_default();
        let calling = Calling::read(payload);
        let call = to.zip(calling);
        let call = call.map(|(to, calling)| (Some(to), value, Saying::Plain(calling.data)));
        Wish::around(payload, call).map(Self)
    }
}

impl Question for DeployContract {
    fn read(payload: &mut Payload<'_>) -> Option<Self> {
        let (code, value) = (payload.bytes("bytecode"), payload.amount("value"));
        let code = code.and_then(|code| {
            let fits = (1..=MAX_CODE).contains(&code.len());
            if fits {
                Some(code)
            } else {
                payload.problem("/bytecode", "must be 1 to 98,304 bytes")
            }
        });
        let call = code.map(|code| (None, value.unwrap_or_default(), Saying::Plain(code)));
        Wish::around(payload, call).map(Self)
    }
}

/// A call of a token's function of an address and an amount.
fn of_token(
    payload: &mut Payload<'_>,
    selector: [u8; 4],
    whom: &str,
) -> Option<(Option<Address>, U256, Saying)> {
    let (token, whom) = (payload.address("tokenAddress"), payload.address(whom));
    let amount = payload.amount("amount");
    let mut data = selector.to_vec();
    data.extend(whom?.into_word());
    data.extend(amount?.to_be_bytes::<32>());
    Some((Some(token?), U256::ZERO, Saying::Plain(data.into())))
}

pub(super) fn wallet(payload: &mut Payload<'_>) -> Option<WalletId> {
    let text = payload.text("walletId")?;
    let id = text.parse().ok();
    id.or_else(|| payload.problem("/walletId", "must be a wallet's id: wal_…"))
}

fn gas(payload: &mut Payload<'_>) -> Option<u64> {
    let value = payload.known("gasLimit")?;
    let gas = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let gas = gas.filter(|gas| (21_000..=100_000_000).contains(gas));
    gas.or_else(|| payload.problem("/gasLimit", "must be 21,000 to 100,000,000"))
}

fn awaited(payload: &mut Payload<'_>) -> Option<Awaited> {
    match payload.text("waitFor") {
        None | Some("final") => Some(Awaited::Final),
        Some("included") => Some(Awaited::Included),
        Some(_) => payload.problem("/waitFor", "must be `final` or `included`"),
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{hex, keccak256};
    use engine::TRANSACTING;
    use serde_json::json;

    use super::*;

    fn native(change: &Value) -> Result<Wish, Vec<PayloadProblem>> {
        let mut input = json!({
            "chainId": 1, "recipientAddress": "0x00000000000000000000000000000000000000aa",
            "amount": "7",
        });
        for (name, value) in change.as_object().unwrap() {
            input[name] = value.clone();
        }
        Wish::of("send-native-token", &input).unwrap()
    }

    fn place(refused: &Result<Wish, Vec<PayloadProblem>>) -> &str {
        &refused.as_ref().unwrap_err()[0].path
    }

    #[test]
    fn a_transfer_of_coins_is_a_value_without_data() {
        let wish = native(&json!({ "waitFor": "included", "gasLimit": 50_000 })).unwrap();
        let to = Some(Address::left_padding_from(&[0xaa]));
        assert_eq!((wish.to, wish.value), (to, U256::from(7)));
        assert_eq!(wish.saying, Saying::Plain(Bytes::new()));
        assert_eq!((wish.chain, wish.awaited), (ChainId(1), Awaited::Included));
        assert_eq!((wish.gas_limit, wish.max_fee), (Some(50_000), None));
    }

    #[test]
    fn a_transfer_of_tokens_is_the_selector_the_recipient_and_the_amount() {
        assert_eq!(keccak256("transfer(address,uint256)")[..4], TRANSFER);
        assert_eq!(keccak256("approve(address,uint256)")[..4], APPROVE);
        let input = json!({
            "chainId": 1, "tokenAddress": "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
            "recipientAddress": "0x00000000000000000000000000000000000000aa", "amount": "1000000",
        });
        let wish = Wish::of("send-erc20-token", &input).unwrap().unwrap();
        let data = hex!(
            "a9059cbb"
            "00000000000000000000000000000000000000000000000000000000000000aa"
            "00000000000000000000000000000000000000000000000000000000000f4240"
        );
        let data = Saying::Plain(Bytes::from(data));
        assert_eq!((&wish.saying, wish.value), (&data, U256::ZERO));
        // The same by its name.
        let input = json!({
            "chainId": 1, "contractAddress": "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
            "function": "transfer(address to, uint256 amount)",
            "arguments": ["0x00000000000000000000000000000000000000aa", "1000000"],
        });
        assert_eq!(Wish::of("write-contract", &input).unwrap().unwrap().saying, data);
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_its_place() {
        assert_eq!(place(&native(&json!({ "amount": "7.5" }))), "/amount");
        assert_eq!(place(&native(&json!({ "amount": "-7" }))), "/amount");
        assert_eq!(place(&native(&json!({ "chainId": "nowhere" }))), "/chainId");
        assert_eq!(place(&native(&json!({ "gasLimit": 20_999 }))), "/gasLimit");
        assert_eq!(place(&native(&json!({ "walletId": "treasury" }))), "/walletId");
        let wrong = "0xa0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
        assert_eq!(place(&native(&json!({ "recipientAddress": wrong }))), "/recipientAddress");
        assert!(native(&json!({ "recipientAddress": wrong.to_lowercase() })).is_ok());
    }

    #[test]
    fn every_type_that_the_engine_waits_for_is_understood_here() {
        for kind in TRANSACTING {
            assert!(Wish::of(kind, &json!({})).is_some(), "{kind}");
        }
        assert!(Wish::of("http-request", &json!({})).is_none());
    }
}
