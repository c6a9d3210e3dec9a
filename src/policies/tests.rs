//! Given policies, when a transaction is to be signed, then this decision; and the attacks on it.

use alloy_dyn_abi::{DynSolType, DynSolValue as V};
use alloy_primitives::{Address, U256};
use proptest::prelude::*;
use serde_json::{Value, json};
use time::macros::datetime;

use super::limits::Book;
use super::*;
use crate::abi;

const TOKEN: Address = Address::repeat_byte(0x70);
const FRIEND: Address = Address::repeat_byte(0xf1);
const THIEF: Address = Address::repeat_byte(0xee);
const HOLDER: Address = Address::repeat_byte(0xba);

fn encoded(signature: &str, parameters: Vec<V>) -> Vec<u8> {
    let function = abi::Signature::read(signature).unwrap();
    let open = signature.find('(').unwrap();
    assert!(
        signature[open..].parse::<DynSolType>().unwrap().matches(&V::Tuple(parameters.clone()))
    );
    let parameters = V::Tuple(parameters).abi_encode_params();
    [&function.selector[..], &parameters].concat()
}

fn uint(number: u64) -> V {
    V::Uint(U256::from(number), 256)
}

fn transfer(to: Address, amount: u64) -> Vec<u8> {
    encoded("transfer(address,uint256)", vec![to.into(), uint(amount)])
}

fn approve(to: Address, amount: U256) -> Vec<u8> {
    encoded("approve(address,uint256)", vec![to.into(), V::Uint(amount, 256)])
}

/// A call in a batch of Multicall3's shape, so often.
fn nested(mut to: Address, mut data: Vec<u8>, depth: usize) -> (Address, Vec<u8>) {
    for _ in 0..depth {
        let call = V::Tuple(vec![to.into(), V::Bool(false), V::Bytes(data)]);
        data = encoded("aggregate3((address,bool,bytes)[])", vec![V::Array(vec![call])]);
        to = HOLDER;
    }
    (to, data)
}

fn safe(to: Address, data: Vec<u8>, operation: u8, gas_price: u64) -> Vec<u8> {
    let parameters = vec![
        to.into(),
        uint(0),
        V::Bytes(data),
        V::Uint(U256::from(operation), 8),
        uint(0),
        uint(0),
        uint(gas_price),
        Address::ZERO.into(),
        THIEF.into(),
        V::Bytes(vec![1; 65]),
    ];
    let signature = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)";
    encoded(signature, parameters)
}

fn multi_send(to: Address, data: &[u8]) -> Vec<u8> {
    let length = U256::from(data.len()).to_be_bytes::<32>();
    let packed = [&[0][..], to.as_slice(), &[0; 32], &length, data].concat();
    encoded("multiSend(bytes)", vec![V::Bytes(packed)])
}

fn call(to: Address, data: Vec<u8>) -> Candidate {
    Candidate {
        chain_id: 8453,
        from: Address::repeat_byte(0x01),
        to: Some(to),
        value: U256::ZERO,
        data: data.into(),
        gas_limit: 100_000,
        max_fee: 1_000_000_000,
    }
}

fn context() -> Context {
    Context {
        organization: "org".to_owned(),
        wallet: "treasury".to_owned(),
        workflow: Some("payroll".to_owned()),
        actor: "ada".to_owned(),
        trigger: Some("schedule".to_owned()),
        at: datetime!(2026-11-30 12:00 UTC),
        prices: Prices::default(),
    }
}

fn read(json: &Value) -> Document {
    Document::read(json).unwrap()
}

fn rules(rules: &Value) -> Document {
    read(&json!({ "form": 1, "rules": rules }))
}

/// Pays a friend in one token, alone or in any batch.
fn to_friends() -> Value {
    json!([
        { "id": "friends", "effect": "allow", "when": {
            "token": { "in": [TOKEN] }, "action": { "in": ["transfer"] },
            "counterparty": { "in": [FRIEND] },
        }},
        { "id": "batches", "effect": "allow", "when": {
            "action": { "in": ["batch"] }, "to": "any",
        }},
    ])
}

fn decided(document: &Document, candidate: &Candidate) -> Decision {
    let policy = Applied { policy: "p", version: 1, mode: Mode::Enforce, document };
    decide(&[policy], candidate, &context(), &Book::default())
}

fn outcome(document: &Document, candidate: &Candidate) -> Outcome {
    decided(document, candidate).outcome
}

#[test]
fn nothing_is_allowed_that_no_policy_allows() {
    let candidate = call(TOKEN, transfer(FRIEND, 1));
    let decision = decide(&[], &candidate, &context(), &Book::default());
    assert_eq!((decision.outcome, decision.reasons), (Outcome::Deny, vec![Reason::NoPolicy]));
    assert_eq!(outcome(&rules(&to_friends()), &candidate), Outcome::Allow);
}

#[test]
fn a_transfer_to_a_stranger_through_a_listed_token_is_denied_alone_and_in_batches_of_every_depth() {
    let document = rules(&to_friends());
    for depth in 0..=6 {
        let (to, data) = nested(TOKEN, transfer(THIEF, 1), depth);
        assert_eq!(outcome(&document, &call(to, data)), Outcome::Deny, "stranger at {depth}");
        let (to, data) = nested(TOKEN, transfer(FRIEND, 1), depth);
        let wanted = if depth <= MAX_DEPTH { Outcome::Allow } else { Outcome::Deny };
        assert_eq!(outcome(&document, &call(to, data)), wanted, "friend at {depth}");
    }
    // Beside a friend, in a batch of the other shape.
    let calls = [FRIEND, THIEF].map(|to| V::Bytes(transfer(to, 1))).to_vec();
    for (signature, mut first) in
        [("multicall(bytes[])", vec![]), ("multicall(uint256,bytes[])", vec![uint(9)])]
    {
        first.push(V::Array(calls.clone()));
        let decision = decided(&document, &call(TOKEN, encoded(signature, first)));
        let denied = decision.reasons.iter().find_map(|reason| match reason {
            Reason::NotAllowed { call, near, .. } => Some((call.clone(), near[0].fact.clone())),
            Reason::Malformed { .. }
            | Reason::Allowed { .. }
            | Reason::Denied { .. }
            | Reason::NoPolicy
            | Reason::OverLimit { .. }
            | Reason::LimitUndetermined { .. }
            | Reason::ApprovalNeeded(_) => None,
        });
        assert_eq!(denied, Some((vec![1], "counterparty".to_owned())), "{signature}");
    }
}

#[test]
fn calldata_of_one_to_three_bytes_is_malformed_wherever_it_lies() {
    let all = json!([{ "id": "all", "effect": "allow", "when": {
        "action": { "in": ["native", "call", "batch"] }, "to": "any", "function": "any",
    }}]);
    for length in 1..4 {
        for depth in 0..=MAX_DEPTH {
            let (to, data) = nested(TOKEN, vec![0xa9; length], depth);
            let decision = decided(&rules(&all), &call(to, data));
            assert_eq!(decision.outcome, Outcome::Malformed, "{length} bytes at {depth}");
        }
    }
}

#[test]
fn an_encoding_that_no_encoder_writes_is_undetermined() {
    let document = rules(&to_friends());
    let clean = transfer(FRIEND, 1);
    let mut dirty = clean.clone();
    dirty[4] = 1;
    let longer = [&clean[..], &[0]].concat();
    let whole_word = [&clean[..], &[0; 32]].concat();
    let shorter = clean[..67].to_vec();
    for data in [dirty, longer, whole_word, shorter] {
        assert_eq!(outcome(&document, &call(TOKEN, data)), Outcome::Deny);
    }
    // An offset that points past a first list to a second one.
    let (_, mut moved) = nested(TOKEN, transfer(FRIEND, 1), 1);
    let tail = moved[36..].to_vec();
    moved.extend(tail);
    let away = U256::from(32 + (moved.len() - 36) / 2).to_be_bytes::<32>();
    moved[4..36].copy_from_slice(&away);
    assert_eq!(outcome(&document, &call(HOLDER, moved)), Outcome::Deny);
}

#[test]
fn an_approval_without_end_needs_a_rule_that_says_so() {
    let rule = |unlimited: Option<bool>| {
        rules(&json!([{ "id": "spender", "effect": "allow", "when": {
            "token": { "in": [TOKEN] }, "action": { "in": ["approve"] },
            "counterparty": { "in": [FRIEND] }, "unlimited": unlimited,
        }}]))
    };
    let (some, max) = (approve(FRIEND, U256::from(5)), approve(FRIEND, U256::MAX));
    assert_eq!(outcome(&rule(None), &call(TOKEN, some)), Outcome::Allow);
    assert_eq!(outcome(&rule(None), &call(TOKEN, max.clone())), Outcome::Deny);
    assert_eq!(outcome(&rule(Some(true)), &call(TOKEN, max)), Outcome::Allow);
    let all = encoded("setApprovalForAll(address,bool)", vec![FRIEND.into(), V::Bool(true)]);
    assert_eq!(outcome(&rule(None), &call(TOKEN, all.clone())), Outcome::Deny);
    assert_eq!(outcome(&rule(Some(true)), &call(TOKEN, all)), Outcome::Allow);
}

#[test]
fn powers_that_permit2_and_permits_give_are_seen_with_their_token_and_their_receiver() {
    let details = V::Tuple(vec![
        TOKEN.into(),
        V::Uint(U256::from(5), 160),
        V::Uint(U256::from(9), 48),
        V::Uint(U256::ZERO, 48),
    ]);
    let permit = V::Tuple(vec![details, THIEF.into(), uint(9)]);
    let permit2 = encoded(
        "permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)",
        vec![FRIEND.into(), permit, V::Bytes(vec![1; 65])],
    );
    let pull =
        V::Tuple(vec![FRIEND.into(), THIEF.into(), V::Uint(U256::from(5), 160), TOKEN.into()]);
    let pulls =
        encoded("transferFrom((address,address,uint160,address)[])", vec![V::Array(vec![pull])]);
    for data in [permit2, pulls] {
        let candidate = call(HOLDER, data);
        let found = facts::calls(&candidate).unwrap();
        assert_eq!(found[0].counterparty, facts::Fact::Known(THIEF));
        assert_eq!(found[0].token, facts::Fact::Known(TOKEN));
        assert_eq!(found[0].amount, facts::Fact::Known(U256::from(5)));
        assert_eq!(found[0].owner, facts::Fact::Known(FRIEND));
    }
    // A list of nothing is not a call that does nothing.
    let none = encoded("transferFrom((address,address,uint160,address)[])", vec![V::Array(vec![])]);
    let candidate = call(HOLDER, none);
    assert!(matches!(
        facts::calls(&candidate).unwrap()[0].contents,
        facts::Contents::Undetermined(_)
    ));
}

#[test]
fn a_safe_that_runs_the_code_of_another_is_denied_but_for_a_multi_send_that_a_rule_names() {
    let mut list = to_friends();
    let plain = rules(&list);
    let named = {
        let rule = json!({ "id": "multisend", "effect": "allow", "when": {
            "action": { "in": ["delegateCall"] }, "to": { "in": [HOLDER] },
        }});
        list.as_array_mut().unwrap().push(rule);
        rules(&list)
    };
    let send = |to| multi_send(TOKEN, &transfer(to, 1));
    let by_call = call(HOLDER, safe(TOKEN, transfer(FRIEND, 1), 0, 0));
    assert_eq!(outcome(&plain, &by_call), Outcome::Allow);
    // A refund pays somebody whom nobody judges.
    let refunds = call(HOLDER, safe(TOKEN, transfer(FRIEND, 1), 0, 1));
    assert_eq!(outcome(&named, &refunds), Outcome::Deny);
    for operation in [1, 2] {
        let code = call(HOLDER, safe(TOKEN, transfer(FRIEND, 1), operation, 0));
        assert_eq!(outcome(&named, &code), Outcome::Deny, "operation {operation}");
    }
    let to_friend = call(FRIEND, safe(HOLDER, send(FRIEND), 1, 0));
    assert_eq!(outcome(&plain, &to_friend), Outcome::Deny);
    assert_eq!(outcome(&named, &to_friend), Outcome::Allow);
    assert_eq!(outcome(&named, &call(FRIEND, safe(HOLDER, send(THIEF), 1, 0))), Outcome::Deny);
}

#[test]
fn accounts_of_erc_4337_and_erc_7579_are_looked_into() {
    let document = rules(&to_friends());
    for (to, wanted) in [(FRIEND, Outcome::Allow), (THIEF, Outcome::Deny)] {
        let data = || V::Bytes(transfer(to, 1));
        let execution = || V::Tuple(vec![TOKEN.into(), uint(0), data()]);
        let columns = vec![V::Array(vec![TOKEN.into()]), V::Array(vec![]), V::Array(vec![data()])];
        let packed = [TOKEN.as_slice(), &[0; 32], &transfer(to, 1)].concat();
        let list = V::Array(vec![execution()]).abi_encode_params();
        // A list alone is encoded as the one parameter that it is.
        let list = if list[31] == 32 {
            list
        } else {
            V::Tuple(vec![V::Array(vec![execution()])]).abi_encode_params()
        };
        let mode = |kind: u8| {
            let mut mode = [0; 32];
            mode[0] = kind;
            V::FixedBytes(mode.into(), 32)
        };
        let all = [
            encoded("execute(address,uint256,bytes)", vec![TOKEN.into(), uint(0), data()]),
            encoded("executeBatch((address,uint256,bytes)[])", vec![V::Array(vec![execution()])]),
            encoded("executeBatch(address[],uint256[],bytes[])", columns),
            encoded("execute(bytes32,bytes)", vec![mode(0), V::Bytes(packed)]),
            encoded("execute(bytes32,bytes)", vec![mode(1), V::Bytes(list)]),
        ];
        for (at, data) in all.into_iter().enumerate() {
            assert_eq!(outcome(&document, &call(HOLDER, data)), wanted, "shape {at}");
        }
    }
}

#[test]
fn a_rule_that_is_silent_about_the_receiver_allows_no_transfer() {
    let silent =
        rules(&json!([{ "id": "usdc", "effect": "allow", "when": { "to": { "in": [TOKEN] } } }]));
    let decision = decided(&silent, &call(TOKEN, transfer(THIEF, 1)));
    assert_eq!(decision.outcome, Outcome::Deny);
    let json = serde_json::to_value(&decision).unwrap();
    assert_eq!(
        json["reasons"][0]["near"][0],
        json!({
            "policy": "p", "rule": "usdc", "fact": "counterparty", "why": "unstated",
        })
    );
    let back: Decision = serde_json::from_value(json).unwrap();
    assert_eq!(back, decision);
    // Value that goes with a call is a matter of its own.
    let paid = Candidate { value: U256::ONE, ..call(TOKEN, transfer(FRIEND, 1)) };
    assert_eq!(outcome(&rules(&to_friends()), &paid), Outcome::Deny);
}

#[test]
fn a_limit_says_what_it_leaves_and_is_refused_where_nobody_can_count() {
    let limited = |measure: Value, most: &str| {
        read(&json!({ "form": 1, "rules": to_friends(), "limits": [
            { "id": "daily", "measure": measure, "most": most, "per": "day", "by": "wallet" },
        ]}))
    };
    let tokens = limited(json!({ "token": { "chain": 8453, "address": TOKEN } }), "100");
    let candidate = call(TOKEN, transfer(FRIEND, 60));
    let mut book = Book::default();
    let decide = |document: &Document, book: &Book| {
        let policy = Applied { policy: "p", version: 1, mode: Mode::Enforce, document };
        decide(&[policy], &candidate, &context(), book)
    };
    let first = decide(&tokens, &book);
    assert_eq!(first.outcome, Outcome::Allow);
    book.reserve("a", first.claims, context().at).unwrap();
    let second = decide(&tokens, &book);
    assert_eq!(second.outcome, Outcome::Deny);
    let left = second.reasons.iter().find_map(|it| match it {
        Reason::OverLimit { limit } => Some((limit.used.as_str(), limit.left.as_str())),
        Reason::Malformed { .. }
        | Reason::Allowed { .. }
        | Reason::Denied { .. }
        | Reason::NoPolicy
        | Reason::NotAllowed { .. }
        | Reason::LimitUndetermined { .. }
        | Reason::ApprovalNeeded(_) => None,
    });
    assert_eq!(left, Some(("60", "40")));
    // Without a price, nobody knows what it is in dollars.
    let dollars = decide(&limited(json!("usd"), "1000000"), &Book::default());
    assert_eq!(dollars.outcome, Outcome::Deny);
    assert!(matches!(dollars.reasons[0], Reason::LimitUndetermined { .. }));
}

#[test]
fn a_policy_that_watches_stops_nothing_and_loosens_nothing() {
    let (friends, nobody) =
        (rules(&to_friends()), rules(&json!([{ "id": "no", "effect": "deny" }])));
    let all = json!([{ "id": "all", "effect": "allow", "when": { "token": "any", "counterparty": "any" } }]);
    let anybody = rules(&all);
    let by = |policy, mode, document| Applied { policy, version: 1, mode, document };
    let decide = |policies: &[Applied<'_>], to| {
        decide(policies, &call(TOKEN, transfer(to, 1)), &context(), &Book::default())
    };
    let alone = decide(&[by("w", Mode::Monitor, &nobody)], FRIEND);
    assert_eq!(alone.outcome, Outcome::Allow);
    assert_eq!(alone.monitored.unwrap().outcome, Outcome::Deny);
    let beside = [by("p", Mode::Enforce, &friends), by("w", Mode::Monitor, &nobody)];
    assert_eq!(decide(&beside, FRIEND).outcome, Outcome::Allow);
    let loose = [by("p", Mode::Enforce, &friends), by("w", Mode::Monitor, &anybody)];
    assert_eq!(decide(&loose, THIEF).outcome, Outcome::Deny);
    assert_eq!(decide(&[by("o", Mode::Off, &anybody)], FRIEND).reasons, [Reason::NoPolicy]);
}

#[test]
fn a_policy_that_is_wrong_is_refused_with_the_place() {
    let wrong = [
        (json!({ "form": 2, "rules": to_friends() }), "/form"),
        (json!({ "form": 1 }), "/rules"),
        (json!({ "form": 1, "rules": [{ "id": "a", "effect": "maybe" }] }), "/rules/0/effect"),
        (json!({ "form": 1, "rules": [{ "id": "A", "effect": "deny" }] }), "/rules/0/id"),
        (
            json!({ "form": 1, "rules": [{ "id": "a", "effect": "deny", "when": { "reciever": "any" } }] }),
            "/rules/0/when",
        ),
        (
            json!({ "form": 1, "rules": [{ "id": "a", "effect": "deny", "when": { "to": { "in": [] } } }] }),
            "/rules/0/when/to",
        ),
        (
            json!({ "form": 1, "limits": [{
                "id": "a", "measure": "usd", "most": "1e3", "per": "day", "by": "wallet",
            }]}),
            "/limits/0/most",
        ),
        (
            json!({ "form": 1, "approvals": [
                { "id": "a", "approvers": ["ada"], "needed": 2, "within": 3600 },
            ]}),
            "/approvals/0/needed",
        ),
        (
            json!({ "form": 1, "rules": [{ "id": "a", "effect": "deny", "when": {
                "time": { "from": "22:00", "until": "06:00" },
            }}]}),
            "/rules/0/when/time",
        ),
    ];
    for (json, path) in wrong {
        let faults = Document::read(&json).unwrap_err();
        assert!(faults[0].path.starts_with(path), "{path}: {faults:?}");
    }
}

#[test]
fn a_change_that_cannot_be_shown_to_tighten_loosens() {
    let friends = rules(&to_friends());
    let mut fewer = friends.clone();
    fewer.rules.pop();
    let deny = rules(&json!([{ "id": "stop", "effect": "deny" }]));
    let (on, watch, off) = (Mode::Enforce, Mode::Monitor, Mode::Off);
    assert!(loosens(None, Some((&friends, on))));
    assert!(!loosens(None, Some((&deny, on))));
    assert!(loosens(None, Some((&deny, watch))));
    assert!(!loosens(Some((&friends, on)), Some((&fewer, on))));
    assert!(loosens(Some((&fewer, on)), Some((&friends, on))));
    assert!(loosens(Some((&deny, on)), Some((&deny, watch))));
    assert!(loosens(Some((&deny, on)), Some((&deny, off))));
    assert!(loosens(Some((&deny, on)), None));
    assert!(!loosens(Some((&deny, watch)), Some((&deny, on))));
}

#[test]
fn an_approval_that_asks_more_or_fewer_people_tightens() {
    let asks = |people: &[&str], needed: u32, within: u32| {
        Document::read(&json!({ "form": 1, "approvals": [
            { "id": "large", "approvers": people, "needed": needed, "within": within },
        ] }))
        .unwrap()
    };
    let before = asks(&["ada", "bob", "cyd"], 2, 3_600);
    let loosens =
        |after: &Document| loosens(Some((&before, Mode::Enforce)), Some((after, Mode::Enforce)));
    assert!(!loosens(&asks(&["ada", "bob", "cyd"], 3, 60)));
    assert!(!loosens(&asks(&["ada", "bob"], 2, 3_600)));
    assert!(loosens(&asks(&["ada", "bob", "cyd"], 1, 3_600)));
    assert!(loosens(&asks(&["ada", "bob", "eve"], 2, 3_600)));
    assert!(loosens(&asks(&["ada", "bob", "cyd"], 2, 7_200)));
}

/// Rules of all kinds over a few facts, so that many of them meet.
fn any_rule() -> impl Strategy<Value = Value> {
    let address = prop::sample::select(vec![FRIEND, THIEF, TOKEN, HOLDER]);
    let effect = prop::sample::select(vec!["allow", "deny"]);
    let action = prop::sample::select(vec!["transfer", "approve", "batch", "native", "call"]);
    let among = prop::sample::select(vec!["in", "notIn"]);
    (effect, address, action, among, 0_u8..5, any::<bool>()).prop_map(
        |(effect, address, action, among, shape, unlimited)| {
            let list = json!({ among: [address] });
            let when = match shape {
                0 => json!({ "counterparty": list, "token": "any" }),
                1 => json!({ "action": { "in": [action] }, "to": "any", "counterparty": list }),
                2 => json!({ "action": { "in": [action] }, "to": list }),
                3 => json!({ "action": { "in": ["batch"] }, "to": "any" }),
                _ => json!({ "counterparty": "any", "token": "any", "unlimited": unlimited }),
            };
            json!({ "effect": effect, "when": when })
        },
    )
}

fn numbered(list: &[Value]) -> Document {
    let rules = list.iter().enumerate().map(|(at, rule)| {
        let mut rule = rule.clone();
        rule["id"] = json!(format!("r{at}"));
        rule
    });
    read(&json!({ "form": 1, "rules": rules.collect::<Vec<_>>() }))
}

fn any_call() -> impl Strategy<Value = (Address, Vec<u8>)> {
    let address = prop::sample::select(vec![FRIEND, THIEF, TOKEN]);
    (address, 0_u8..5).prop_map(|(to, shape)| match shape {
        0 => (TOKEN, transfer(to, 1)),
        1 => (TOKEN, approve(to, U256::MAX)),
        2 => (to, Vec::new()),
        3 => (TOKEN, [&transfer(to, 1)[..], &[7]].concat()),
        _ => (to, vec![1, 2, 3, 4, 5]),
    })
}

proptest! {
    #[test]
    fn deny_wins_whatever_the_order(
        list in prop::collection::vec(any_rule(), 1..8), at in any::<prop::sample::Index>(),
        (to, data) in any_call(),
    ) {
        let candidate = call(to, data);
        let here = decided(&numbered(&list), &candidate);
        let mut turned = list.clone();
        turned.rotate_left(at.index(list.len()));
        prop_assert_eq!(here.outcome, outcome(&numbered(&turned), &candidate));
        let denies: Vec<_> = list.iter().filter(|it| it["effect"] == "deny").cloned().collect();
        if !denies.is_empty() {
            let alone = decided(&numbered(&denies), &candidate);
            let is_denied = |of: &Decision| {
                of.reasons.iter().any(|it| matches!(it, Reason::Denied { .. }))
            };
            prop_assert_eq!(is_denied(&alone), is_denied(&here));
            prop_assert!(!is_denied(&here) || here.outcome == Outcome::Deny);
        }
    }

    #[test]
    fn a_call_in_a_batch_is_never_allowed_more_than_alone(
        list in prop::collection::vec(any_rule(), 1..8), depth in 1_usize..6, (to, data) in any_call(),
    ) {
        let document = numbered(&list);
        let (holder, held) = nested(to, data.clone(), depth);
        if outcome(&document, &call(holder, held)) == Outcome::Allow {
            prop_assert_eq!(outcome(&document, &call(to, data)), Outcome::Allow);
        }
    }

    #[test]
    fn what_cannot_be_made_out_never_turns_a_denial_into_an_allowance(
        list in prop::collection::vec(any_rule(), 1..8), to in prop::sample::select(vec![FRIEND, THIEF]),
        tail in 1_usize..40,
    ) {
        let document = numbered(&list);
        let clean = transfer(to, 1);
        let blurred = [&clean[..], &vec![0; tail]].concat();
        if outcome(&document, &call(TOKEN, clean)) == Outcome::Deny {
            prop_assert_eq!(outcome(&document, &call(TOKEN, blurred)), Outcome::Deny);
        }
    }
}
