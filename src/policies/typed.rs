//! What a document of EIP-712 lets whoever has its signature do. A document is known by its whole type as
//! it is hashed, and by the contract that looks at it; a name alone would be anybody's.

use alloy_primitives::{Address, Bytes, U256, address};
use serde::Deserialize;
use serde_json::Value;

use super::candidate::Kind;
use super::decision::Malformed;
use super::facts::{Call, Contents, Fact, MAX_CALLS, Whole, holding, moved, opaque, unpack};
use super::known::{Action, Inner, Move, unlimited_from};
use crate::transactions::TypedData;

/// Permit2, at the one address at which it stands on almost every chain. What bears its types elsewhere is
/// not known to be it.
pub const PERMIT2: Address = address!("000000000022D473030F116dDEE9F6B43aC78BA3");

/// What has no end.
const FOR_EVER: u64 = u64::MAX;

/// A document as it will be signed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub struct DocumentCandidate {
    from: Address,
    document: TypedData,
    says: Says,
}

/// How it is written where somebody asks about one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    from: Address,
    document: TypedData,
}

impl From<Written> for DocumentCandidate {
    fn from(Written { from, document }: Written) -> Self {
        Self::new(from, document)
    }
}

/// What is understood of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Says {
    /// It moves tokens, or gives power over them, until then.
    Moves(Vec<Move>, u64),
    /// It has a Safe make a call.
    Calls(Held),
    /// It is a document that is not known here: a rule may name it.
    Unknown,
    /// It could not be made out, and no rule may allow it.
    Undetermined(&'static str),
}

/// The call that a Safe is to make.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    to: Address,
    value: U256,
    data: Bytes,
    is_delegate: bool,
}

impl DocumentCandidate {
    /// A document that the key of this address is to sign.
    pub fn new(from: Address, document: TypedData) -> Self {
        let says = Says::of(&document);
        Self { from, document, says }
    }

    /// The document.
    pub const fn document(&self) -> &TypedData {
        &self.document
    }

    pub(super) fn whole(&self) -> Whole<'_> {
        let domain = self.document.domain();
        Whole {
            kind: Kind::Document,
            chain: Fact::or_undetermined(domain.chain_id),
            from: self.from,
            gas_price: Fact::Absent,
            fee: Fact::Absent,
            primary_type: Fact::Known(self.document.primary_type()),
            domain_name: Fact::of(domain.name.as_deref()),
            domain_version: Fact::of(domain.version.as_deref()),
            until: match self.says {
                Says::Moves(_, until) => Fact::Known(until),
                // The order of a Safe counts until another of its number was carried out.
                Says::Calls(_) => Fact::Known(FOR_EVER),
                Says::Unknown | Says::Undetermined(_) => Fact::Undetermined,
            },
        }
    }

    /// Everything that whoever has its signature may do by it.
    pub(super) fn calls(&self) -> Result<Vec<Call<'_>>, Malformed> {
        let to = self.document.domain().verifying_contract;
        let whole = |action| Call {
            to,
            selector: None,
            ..opaque(&[], Address::ZERO, U256::ZERO, &[], action)
        };
        let undetermined =
            |why| Call { contents: Contents::Undetermined(why), ..whole(Action::TypedData) };
        let mut found = Vec::new();
        match &self.says {
            Says::Moves(moves, _) if moves.len() <= MAX_CALLS => {
                let each = moves.iter().enumerate();
                found.extend(each.map(|(at, it)| moved(whole(it.action), it, at == 0)));
            }
            Says::Moves(..) => found.push(undetermined("it moves too much at once")),
            Says::Calls(Held { to, value, data, is_delegate }) => {
                found.push(holding(whole(Action::Batch)));
                let (to, value, is_delegate) = (*to, *value, *is_delegate);
                unpack(&Inner { to, value, data, is_delegate }, &[0], &mut found)?;
            }
            Says::Unknown => found.push(whole(Action::TypedData)),
            Says::Undetermined(why) => found.push(undetermined(why)),
        }
        Ok(found)
    }
}

impl Says {
    fn of(document: &TypedData) -> Self {
        let domain = document.domain();
        if domain.chain_id.is_none() {
            return Self::Undetermined("it names no chain, and counts on every one");
        }
        let known = KNOWN.iter().find(|(kind, ..)| *kind == document.encoded_type());
        match (known, domain.verifying_contract) {
            (None, _) => Self::Unknown,
            (Some(_), None) => {
                Self::Undetermined("it names no contract, and counts before every one")
            }
            (Some((_, By::Permit2, _)), Some(contract)) if contract != PERMIT2 => Self::Unknown,
            (Some((_, _, read)), Some(_)) => {
                let is_some =
                    |says: &Self| !matches!(says, Self::Moves(moves, _) if moves.is_empty());
                let says = read(document.message()).filter(is_some);
                says.unwrap_or(Self::Undetermined("its message is not as its type is meant"))
            }
        }
    }
}

/// Before whom a document counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// The contract of its domain, which is the token or the Safe.
    Contract,
    /// Permit2 alone.
    Permit2,
}

type Read = fn(&Value) -> Option<Says>;

const KNOWN: &[(&str, By, Read)] = &[
    // ERC-2612.
    (
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)",
        By::Contract,
        |it| {
            let power = given(it, "owner", "spender", number(it, "value")?)?;
            Some(Says::Moves(vec![power], until(it, "deadline")?))
        },
    ),
    // Of DAI: yes is all, no is none, and no time is no end.
    (
        "Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)",
        By::Contract,
        |it| {
            let amount = if it.get("allowed")?.as_bool()? { U256::MAX } else { U256::ZERO };
            let power = given(it, "holder", "spender", amount)?;
            let until = until(it, "expiry")?;
            Some(Says::Moves(vec![power], if until == 0 { FOR_EVER } else { until }))
        },
    ),
    // ERC-3009.
    (
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)",
        By::Contract,
        authorized,
    ),
    (
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)",
        By::Contract,
        authorized,
    ),
    // Permit2: powers that stay, and powers for once.
    (
        "PermitSingle(PermitDetails details,address spender,uint256 sigDeadline)PermitDetails(address token,uint160 amount,uint48 expiration,uint48 nonce)",
        By::Permit2,
        |it| allowances(it, std::slice::from_ref(it.get("details")?)),
    ),
    (
        "PermitBatch(PermitDetails[] details,address spender,uint256 sigDeadline)PermitDetails(address token,uint160 amount,uint48 expiration,uint48 nonce)",
        By::Permit2,
        |it| allowances(it, it.get("details")?.as_array()?),
    ),
    (
        "PermitTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline)TokenPermissions(address token,uint256 amount)",
        By::Permit2,
        |it| once(it, std::slice::from_ref(it.get("permitted")?)),
    ),
    (
        "PermitBatchTransferFrom(TokenPermissions[] permitted,address spender,uint256 nonce,uint256 deadline)TokenPermissions(address token,uint256 amount)",
        By::Permit2,
        |it| once(it, it.get("permitted")?.as_array()?),
    ),
    // Safe, from version 1.3.0 on: those before it name no chain.
    (
        "SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)",
        By::Contract,
        ordered,
    ),
];

/// Power over tokens of the contract of the domain.
fn given(it: &Value, owner: &str, spender: &str, amount: U256) -> Option<Move> {
    Some(power(Some(account(it, owner)?), account(it, spender)?, None, amount))
}

fn power(
    owner: Option<Address>,
    counterparty: Address,
    token: Option<Address>,
    amount: U256,
) -> Move {
    let is_unlimited = amount >= unlimited_from();
    Move { action: Action::Permit, counterparty, owner, token, amount, is_unlimited }
}

fn authorized(it: &Value) -> Option<Says> {
    let movement = Move {
        action: Action::Transfer,
        counterparty: account(it, "to")?,
        owner: Some(account(it, "from")?),
        token: None,
        amount: number(it, "value")?,
        is_unlimited: false,
    };
    Some(Says::Moves(vec![movement], until(it, "validBefore")?))
}

/// Powers that Permit2 keeps, each until its own end. Its signature may be shown until the deadline.
fn allowances(it: &Value, details: &[Value]) -> Option<Says> {
    let spender = account(it, "spender")?;
    let mut latest = until(it, "sigDeadline")?;
    let mut moves = Vec::new();
    for each in details {
        latest = latest.max(until(each, "expiration")?);
        let token = Some(account(each, "token")?);
        moves.push(power(None, spender, token, number(each, "amount")?));
    }
    Some(Says::Moves(moves, latest))
}

/// Powers that Permit2 lets somebody use once. To whom they send the tokens is their own choice.
fn once(it: &Value, permitted: &[Value]) -> Option<Says> {
    let spender = account(it, "spender")?;
    let each = permitted.iter().map(|each| {
        Some(power(None, spender, Some(account(each, "token")?), number(each, "amount")?))
    });
    Some(Says::Moves(each.collect::<Option<_>>()?, until(it, "deadline")?))
}

/// What a Safe is to do. One that also pays for the gas moves more than we would see.
fn ordered(it: &Value) -> Option<Says> {
    let operation = number(it, "operation")?;
    if operation > U256::ONE || !number(it, "gasPrice")?.is_zero() {
        return None;
    }
    Some(Says::Calls(Held {
        to: account(it, "to")?,
        value: number(it, "value")?,
        data: it.get("data")?.as_str()?.parse().ok()?,
        is_delegate: !operation.is_zero(),
    }))
}

fn account(it: &Value, field: &str) -> Option<Address> {
    it.get(field)?.as_str()?.parse().ok()
}

fn number(it: &Value, field: &str) -> Option<U256> {
    it.get(field)?.as_str()?.parse().ok()
}

/// A second of the epoch; what is beyond all of them has no end.
fn until(it: &Value, field: &str) -> Option<u64> {
    Some(u64::try_from(number(it, field)?).unwrap_or(FOR_EVER))
}
