//! The functions whose meaning is known: what each moves, to whom it gives power, what calls it holds.

use std::collections::HashMap;
use std::sync::LazyLock;

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};

use super::nested;
use crate::abi::{Signature, Value};

/// From how much on an approval is one without end: the most that tokens which count in 96 bits hold,
/// which their wallets approve as "all".
pub(super) fn unlimited_from() -> U256 {
    (U256::ONE << 96) - U256::ONE
}

/// What a call does, as far as policies tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// Sends the chain's own coin and nothing else.
    Native,
    /// Moves tokens.
    Transfer,
    /// Lets another move tokens, or all of a collection.
    Approve,
    /// Lets another move tokens by a signature: that document, or the call that brings it before the token.
    Permit,
    /// Holds calls, each of which is judged by itself.
    Batch,
    /// Runs the code of another as a wallet's own.
    DelegateCall,
    /// Makes a contract.
    Deploy,
    /// Any function that is not known here.
    Call,
    /// Any document that is not known here.
    TypedData,
}

impl Action {
    /// How it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Transfer => "transfer",
            Self::Approve => "approve",
            Self::Permit => "permit",
            Self::Batch => "batch",
            Self::DelegateCall => "delegateCall",
            Self::Deploy => "deploy",
            Self::Call => "call",
            Self::TypedData => "typedData",
        }
    }
}

/// One movement, or one power that is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) action: Action,
    /// Who receives, or gets the power.
    pub(super) counterparty: Address,
    /// Whose tokens they are, where the call says it.
    pub(super) owner: Option<Address>,
    /// The token; none where it is the contract that is called.
    pub(super) token: Option<Address>,
    /// How much; of a token that is one of its kind, its id.
    pub(super) amount: U256,
    /// Whether the power has no end.
    pub(super) is_unlimited: bool,
}

/// The call that is looked into.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around {
    pub(super) to: Address,
    pub(super) value: U256,
}

/// A call within a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Inner<'a> {
    pub(super) to: Address,
    pub(super) value: U256,
    pub(super) data: &'a [u8],
    /// Whether its code runs as the caller's own.
    pub(super) is_delegate: bool,
}

type Moves = fn(&[Value<'_>]) -> Option<Vec<Move>>;
type Nests = for<'a> fn(Around, &[Value<'a>]) -> Option<Vec<Inner<'a>>>;

/// What a function means.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    Moves(Moves),
    Nests(Nests),
}

/// A function that is known.
pub(super) struct Known {
    pub(super) function: Signature,
    pub(super) meaning: Meaning,
}

/// What is known of a selector.
pub(super) fn known(selector: [u8; 4]) -> Option<&'static Known> {
    static ALL: LazyLock<HashMap<[u8; 4], Known>> = LazyLock::new(|| {
        let known = TABLE.iter().map(|(signature, meaning)| {
            let function =
                Signature::read(signature).expect("the signatures of the table are some");
            (function.selector, Known { function, meaning: *meaning })
        });
        known.collect()
    });
    ALL.get(&selector)
}

const TABLE: &[(&str, Meaning)] = &[
    // ERC-20, and what it shares with ERC-721.
    ("transfer(address,uint256)", Meaning::Moves(|it| one(Action::Transfer, None, &it[0], &it[1]))),
    (
        "transferFrom(address,address,uint256)",
        Meaning::Moves(|it| one(Action::Transfer, Some(&it[0]), &it[1], &it[2])),
    ),
    ("approve(address,uint256)", Meaning::Moves(|it| one(Action::Approve, None, &it[0], &it[1]))),
    (
        "increaseAllowance(address,uint256)",
        Meaning::Moves(|it| one(Action::Approve, None, &it[0], &it[1])),
    ),
    (
        "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
        Meaning::Moves(|it| one(Action::Permit, Some(&it[0]), &it[1], &it[2])),
    ),
    // Of DAI: yes is all, no is none.
    (
        "permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)",
        Meaning::Moves(|it| all(Action::Permit, Some(&it[0]), &it[1], &it[4])),
    ),
    // ERC-3009.
    (
        "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)",
        Meaning::Moves(|it| one(Action::Transfer, Some(&it[0]), &it[1], &it[2])),
    ),
    // ERC-721 and ERC-1155.
    (
        "safeTransferFrom(address,address,uint256)",
        Meaning::Moves(|it| one(Action::Transfer, Some(&it[0]), &it[1], &it[2])),
    ),
    (
        "safeTransferFrom(address,address,uint256,bytes)",
        Meaning::Moves(|it| one(Action::Transfer, Some(&it[0]), &it[1], &it[2])),
    ),
    (
        "safeTransferFrom(address,address,uint256,uint256,bytes)",
        Meaning::Moves(|it| one(Action::Transfer, Some(&it[0]), &it[1], &it[3])),
    ),
    ("safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)", Meaning::Moves(batch)),
    (
        "setApprovalForAll(address,bool)",
        Meaning::Moves(|it| all(Action::Approve, None, &it[0], &it[1])),
    ),
    // Permit2.
    (
        "approve(address,address,uint160,uint48)",
        Meaning::Moves(|it| of(&it[0], one(Action::Approve, None, &it[1], &it[2])?)),
    ),
    (
        "transferFrom(address,address,uint160,address)",
        Meaning::Moves(|it| of(&it[3], one(Action::Transfer, Some(&it[0]), &it[1], &it[2])?)),
    ),
    (
        "transferFrom((address,address,uint160,address)[])",
        Meaning::Moves(|it| {
            let each = it[0].many()?.iter().map(|it| {
                let it = it.many()?;
                of(&it[3], one(Action::Transfer, Some(&it[0]), &it[1], &it[2])?)
            });
            Some(each.collect::<Option<Vec<_>>>()?.concat())
        }),
    ),
    (
        "permitTransferFrom(((address,uint256),uint256,uint256),(address,uint256),address,bytes)",
        Meaning::Moves(|it| permitted(&it[0].many()?[0], &it[1], &it[2]).map(|it| vec![it])),
    ),
    (
        "permitTransferFrom(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes)",
        Meaning::Moves(|it| {
            let (permits, details) = (it[0].many()?[0].many()?, it[1].many()?);
            if permits.len() != details.len() {
                return None;
            }
            permits.iter().zip(details).map(|(permit, to)| permitted(permit, to, &it[2])).collect()
        }),
    ),
    (
        "permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)",
        Meaning::Moves(|it| {
            let permit = it[1].many()?;
            Some(vec![granted(&permit[0], &permit[1], &it[0])?])
        }),
    ),
    (
        "permit(address,((address,uint160,uint48,uint48)[],address,uint256),bytes)",
        Meaning::Moves(|it| {
            let permit = it[1].many()?;
            permit[0].many()?.iter().map(|each| granted(each, &permit[1], &it[0])).collect()
        }),
    ),
    // Calls on a contract itself.
    ("multicall(bytes[])", Meaning::Nests(|around, it| nested::on_itself(around, &it[0]))),
    ("multicall(uint256,bytes[])", Meaning::Nests(|around, it| nested::on_itself(around, &it[1]))),
    ("multicall(bytes32,bytes[])", Meaning::Nests(|around, it| nested::on_itself(around, &it[1]))),
    // Multicall3.
    ("aggregate((address,bytes)[])", Meaning::Nests(|_, it| nested::each(&it[0], None, 1))),
    ("blockAndAggregate((address,bytes)[])", Meaning::Nests(|_, it| nested::each(&it[0], None, 1))),
    ("tryAggregate(bool,(address,bytes)[])", Meaning::Nests(|_, it| nested::each(&it[1], None, 1))),
    (
        "tryBlockAndAggregate(bool,(address,bytes)[])",
        Meaning::Nests(|_, it| nested::each(&it[1], None, 1)),
    ),
    ("aggregate3((address,bool,bytes)[])", Meaning::Nests(|_, it| nested::each(&it[0], None, 2))),
    (
        "aggregate3Value((address,bool,uint256,bytes)[])",
        Meaning::Nests(|_, it| nested::each(&it[0], Some(2), 3)),
    ),
    // Safe.
    (
        "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)",
        Meaning::Nests(|_, it| nested::safe(it)),
    ),
    (
        "execTransactionFromModule(address,uint256,bytes,uint8)",
        Meaning::Nests(|_, it| nested::operation(it)),
    ),
    ("multiSend(bytes)", Meaning::Nests(|_, it| nested::multi_send(&it[0]))),
    // ERC-4337 accounts and ERC-7579.
    ("execute(address,uint256,bytes)", Meaning::Nests(|_, it| nested::single(it))),
    ("execute(bytes32,bytes)", Meaning::Nests(|_, it| nested::by_mode(it))),
    ("executeBatch(address[],bytes[])", Meaning::Nests(|_, it| nested::columns(it, None, 1))),
    (
        "executeBatch(address[],uint256[],bytes[])",
        Meaning::Nests(|_, it| nested::columns(it, Some(1), 2)),
    ),
    (
        "executeBatch((address,uint256,bytes)[])",
        Meaning::Nests(|_, it| nested::each(&it[0], Some(1), 2)),
    ),
];

fn one(
    action: Action,
    owner: Option<&Value<'_>>,
    to: &Value<'_>,
    amount: &Value<'_>,
) -> Option<Vec<Move>> {
    let (counterparty, amount) = (to.address()?, amount.word()?);
    let owner = owner.and_then(Value::address);
    let is_power = matches!(action, Action::Approve | Action::Permit);
    let is_unlimited = is_power && amount >= unlimited_from();
    Some(vec![Move { action, counterparty, owner, token: None, amount, is_unlimited }])
}

/// Power over all, or none any more.
fn all(
    action: Action,
    owner: Option<&Value<'_>>,
    to: &Value<'_>,
    is_all: &Value<'_>,
) -> Option<Vec<Move>> {
    let is_unlimited = !is_all.word()?.is_zero();
    let amount = if is_unlimited { U256::MAX } else { U256::ZERO };
    let (counterparty, owner) = (to.address()?, owner.and_then(Value::address));
    Some(vec![Move { action, counterparty, owner, token: None, amount, is_unlimited }])
}

fn of(token: &Value<'_>, moves: Vec<Move>) -> Option<Vec<Move>> {
    let token = Some(token.address()?);
    Some(moves.into_iter().map(|it| Move { token, ..it }).collect())
}

fn batch(it: &[Value<'_>]) -> Option<Vec<Move>> {
    let (ids, amounts) = (it[2].many()?, it[3].many()?);
    if ids.len() != amounts.len() {
        return None;
    }
    let each = amounts.iter().map(|amount| one(Action::Transfer, Some(&it[0]), &it[1], amount));
    Some(each.collect::<Option<Vec<_>>>()?.concat())
}

fn permitted(permit: &Value<'_>, details: &Value<'_>, owner: &Value<'_>) -> Option<Move> {
    let (permit, details) = (permit.many()?, details.many()?);
    of(&permit[0], one(Action::Transfer, Some(owner), &details[0], &details[1])?)?.pop()
}

/// What Permit2 is told of one token: amounts that fill 160 bits have no end.
fn granted(details: &Value<'_>, spender: &Value<'_>, owner: &Value<'_>) -> Option<Move> {
    let details = details.many()?;
    of(&details[0], one(Action::Permit, Some(owner), spender, &details[1])?)?.pop()
}
