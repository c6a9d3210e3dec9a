//! Given policies, when a document is to be signed, then this decision; and the attacks on it.

use alloy_primitives::{Address, U256, hex};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

use super::limits::Book;
use super::*;
use crate::transactions::TypedData;

const TOKEN: Address = Address::repeat_byte(0x70);
const FRIEND: Address = Address::repeat_byte(0xf1);
const THIEF: Address = Address::repeat_byte(0xee);
const SAFE: Address = Address::repeat_byte(0x5a);
const HOLDER: Address = Address::repeat_byte(0xba);
const AT: OffsetDateTime = datetime!(2026-11-30 12:00 UTC);

fn soon() -> String {
    (AT.unix_timestamp() + 600).to_string()
}

fn fields(list: &[(&str, &str)]) -> Value {
    list.iter().map(|(name, kind)| json!({ "name": name, "type": kind })).collect()
}

fn signed(domain: &Value, types: &Value, primary_type: &str, message: &Value) -> DocumentCandidate {
    let document = json!({
        "types": types, "primaryType": primary_type, "domain": domain, "message": message,
    });
    DocumentCandidate::new(HOLDER, TypedData::read(&document).unwrap())
}

fn domain(contract: Address) -> Value {
    json!({ "name": "Coin", "version": "2", "chainId": 8453, "verifyingContract": contract })
}

fn permit_of(domain: &Value, spender: Address, value: U256, deadline: &str) -> DocumentCandidate {
    let list = [
        ("owner", "address"),
        ("spender", "address"),
        ("value", "uint256"),
        ("nonce", "uint256"),
        ("deadline", "uint256"),
    ];
    let message = json!({
        "owner": HOLDER, "spender": spender, "value": value.to_string(), "nonce": "0",
        "deadline": deadline,
    });
    signed(domain, &json!({ "Permit": fields(&list) }), "Permit", &message)
}

fn permit(spender: Address, value: u64) -> DocumentCandidate {
    permit_of(&domain(TOKEN), spender, U256::from(value), &soon())
}

fn dai(spender: Address, is_allowed: bool, expiry: &str) -> DocumentCandidate {
    let list = [
        ("holder", "address"),
        ("spender", "address"),
        ("nonce", "uint256"),
        ("expiry", "uint256"),
        ("allowed", "bool"),
    ];
    let message = json!({
        "holder": HOLDER, "spender": spender, "nonce": "0", "expiry": expiry,
        "allowed": is_allowed,
    });
    signed(&domain(TOKEN), &json!({ "Permit": fields(&list) }), "Permit", &message)
}

fn authorization(kind: &str, to: Address, value: u64) -> DocumentCandidate {
    let list = [
        ("from", "address"),
        ("to", "address"),
        ("value", "uint256"),
        ("validAfter", "uint256"),
        ("validBefore", "uint256"),
        ("nonce", "bytes32"),
    ];
    let message = json!({
        "from": HOLDER, "to": to, "value": value.to_string(), "validAfter": "0",
        "validBefore": soon(), "nonce": format!("0x{}", "07".repeat(32)),
    });
    signed(&domain(TOKEN), &json!({ kind: fields(&list) }), kind, &message)
}

/// Each of the four of Permit2, of one token or of two.
fn permit2(contract: Address, spender: Address, tokens: &[Address]) -> Vec<DocumentCandidate> {
    let domain = json!({ "name": "Permit2", "chainId": 8453, "verifyingContract": contract });
    let details = [
        ("token", "address"),
        ("amount", "uint160"),
        ("expiration", "uint48"),
        ("nonce", "uint48"),
    ];
    let permitted = [("token", "address"), ("amount", "uint256")];
    let detail =
        |token| json!({ "token": token, "amount": "5", "expiration": soon(), "nonce": "0" });
    let part = |token| json!({ "token": token, "amount": "5" });
    let list = |of: &dyn Fn(&Address) -> Value| tokens.iter().map(of).collect::<Vec<_>>();
    let (all, parts) = (list(&|it| detail(*it)), list(&|it| part(*it)));
    let stays = |kind: &str, held: Value, holds: &str| {
        let whole = [("details", holds), ("spender", "address"), ("sigDeadline", "uint256")];
        let types = json!({ kind: fields(&whole), "PermitDetails": fields(&details) });
        let message = json!({ "details": held, "spender": spender, "sigDeadline": soon() });
        signed(&domain, &types, kind, &message)
    };
    let once = |kind: &str, held: Value, holds: &str| {
        let whole = [
            ("permitted", holds),
            ("spender", "address"),
            ("nonce", "uint256"),
            ("deadline", "uint256"),
        ];
        let types = json!({ kind: fields(&whole), "TokenPermissions": fields(&permitted) });
        let message =
            json!({ "permitted": held, "spender": spender, "nonce": "9", "deadline": soon() });
        signed(&domain, &types, kind, &message)
    };
    let mut found = vec![
        stays("PermitBatch", json!(all), "PermitDetails[]"),
        once("PermitBatchTransferFrom", json!(parts), "TokenPermissions[]"),
    ];
    if let [one] = tokens {
        found.push(stays("PermitSingle", detail(*one), "PermitDetails"));
        found.push(once("PermitTransferFrom", part(*one), "TokenPermissions"));
    }
    found
}

fn safe_tx(to: Address, data: &[u8], operation: u8, gas_price: u8) -> DocumentCandidate {
    let list = [
        ("to", "address"),
        ("value", "uint256"),
        ("data", "bytes"),
        ("operation", "uint8"),
        ("safeTxGas", "uint256"),
        ("baseGas", "uint256"),
        ("gasPrice", "uint256"),
        ("gasToken", "address"),
        ("refundReceiver", "address"),
        ("nonce", "uint256"),
    ];
    let message = json!({
        "to": to, "value": "0", "data": hex::encode_prefixed(data), "operation": operation,
        "safeTxGas": "0", "baseGas": "0", "gasPrice": gas_price, "gasToken": Address::ZERO,
        "refundReceiver": THIEF, "nonce": "3",
    });
    let domain = json!({ "chainId": 8453, "verifyingContract": SAFE });
    signed(&domain, &json!({ "SafeTx": fields(&list) }), "SafeTx", &message)
}

fn transfer(to: Address, amount: u64) -> Vec<u8> {
    let (selector, word) = ([0xa9, 0x05, 0x9c, 0xbb], U256::from(amount).to_be_bytes::<32>());
    [&selector[..], to.into_word().as_slice(), &word].concat()
}

/// A log-in that nobody here knows, of a contract or of none.
fn letter(contract: Option<Address>, chain: Option<u64>) -> DocumentCandidate {
    let mut domain = json!({ "name": "Market", "version": "1" });
    if let Some(contract) = contract {
        domain["verifyingContract"] = json!(contract);
    }
    if let Some(chain) = chain {
        domain["chainId"] = json!(chain);
    }
    let types = json!({ "LogIn": fields(&[("at", "uint256")]) });
    signed(&domain, &types, "LogIn", &json!({ "at": "7" }))
}

fn context() -> Context {
    Context {
        organization: "org".to_owned(),
        wallet: "treasury".to_owned(),
        workflow: Some("payroll".to_owned()),
        actor: "ada".to_owned(),
        trigger: Some("schedule".to_owned()),
        at: AT,
        prices: Prices::default(),
    }
}

fn rules(rules: &Value) -> Document {
    Document::read(&json!({ "form": 1, "rules": rules })).unwrap()
}

/// Lets a friend have one token, by whatever is about it.
fn friends(more: &Value) -> Document {
    let mut when = json!({ "counterparty": { "in": [FRIEND] }, "token": { "in": [TOKEN] } });
    for (name, value) in more.as_object().unwrap() {
        when[name] = value.clone();
    }
    rules(&json!([{ "id": "friends", "effect": "allow", "when": when }]))
}

fn of_documents() -> Value {
    json!({ "subject": { "in": ["document"] } })
}

fn decided(document: &Document, candidate: &DocumentCandidate) -> Decision {
    let policy = Applied { policy: "p", version: 1, mode: Mode::Enforce, document };
    decide(&[policy], candidate, &context(), &Book::default())
}

fn outcome(document: &Document, candidate: &DocumentCandidate) -> Outcome {
    decided(document, candidate).outcome
}

#[test]
fn a_rule_about_transactions_lets_no_document_be_signed() {
    let decision = decided(&friends(&json!({})), &permit(FRIEND, 5));
    assert_eq!(decision.outcome, Outcome::Deny);
    let json = serde_json::to_value(&decision).unwrap();
    let near = json!({ "policy": "p", "rule": "friends", "fact": "subject", "why": "unstated" });
    assert_eq!(json["reasons"][0]["near"][0], near);
    assert_eq!(json["reasons"][0]["action"], "permit");
    for subject in
        [json!("any"), json!({ "in": ["document"] }), json!({ "notIn": ["transaction"] })]
    {
        let document = friends(&json!({ "subject": subject }));
        assert_eq!(outcome(&document, &permit(FRIEND, 5)), Outcome::Allow, "{subject}");
    }
    let of_transactions = friends(&json!({ "subject": { "in": ["transaction"] } }));
    assert_eq!(outcome(&of_transactions, &permit(FRIEND, 5)), Outcome::Deny);
    // And a rule about documents lets no transaction be.
    let call = Candidate {
        chain_id: 8453,
        from: HOLDER,
        to: Some(TOKEN),
        value: U256::ZERO,
        data: transfer(FRIEND, 5).into(),
        gas_limit: 100_000,
        max_fee: 1,
    };
    let document = friends(&of_documents());
    let policy = Applied { policy: "p", version: 1, mode: Mode::Enforce, document: &document };
    let decision = decide(&[policy], &call, &context(), &Book::default());
    assert_eq!(decision.outcome, Outcome::Deny);
}

#[test]
fn powers_are_seen_with_their_token_and_whoever_gets_them() {
    let document = friends(&of_documents());
    for (spender, wanted) in [(FRIEND, Outcome::Allow), (THIEF, Outcome::Deny)] {
        let mut all = vec![
            permit(spender, 5),
            dai(spender, false, &soon()),
            authorization("TransferWithAuthorization", spender, 5),
            authorization("ReceiveWithAuthorization", spender, 5),
        ];
        all.extend(permit2(PERMIT2, spender, &[TOKEN]));
        for candidate in &all {
            assert_eq!(outcome(&document, candidate), wanted, "{candidate:?}");
        }
    }
    // One of two tokens is another.
    for candidate in permit2(PERMIT2, FRIEND, &[TOKEN, THIEF]) {
        assert_eq!(outcome(&document, &candidate), Outcome::Deny, "{candidate:?}");
    }
    for candidate in permit2(PERMIT2, FRIEND, &[]) {
        assert_eq!(outcome(&document, &candidate), Outcome::Deny, "a list of nothing");
    }
}

#[test]
fn who_names_permit2_has_not_named_the_tokens() {
    let document = rules(&json!([{ "id": "permit2", "effect": "allow", "when": {
        "subject": "any", "to": { "in": [PERMIT2, TOKEN] }, "counterparty": { "in": [FRIEND] },
    }}]));
    assert_eq!(outcome(&document, &permit(FRIEND, 5)), Outcome::Allow);
    for candidate in permit2(PERMIT2, FRIEND, &[TOKEN]) {
        let json = serde_json::to_value(decided(&document, &candidate)).unwrap();
        let near = &json["reasons"][0]["near"][0];
        assert_eq!((&near["fact"], &near["why"]), (&json!("token"), &json!("unstated")), "{json}");
    }
}

#[test]
fn power_without_end_needs_a_rule_that_says_so() {
    let (plain, loose) = (friends(&of_documents()), {
        let mut when = of_documents();
        when["unlimited"] = json!(true);
        friends(&when)
    });
    for all in [
        permit_of(&domain(TOKEN), FRIEND, U256::MAX, &soon()),
        permit_of(&domain(TOKEN), FRIEND, U256::ONE << 97, &soon()),
        dai(FRIEND, true, &soon()),
    ] {
        assert_eq!(outcome(&plain, &all), Outcome::Deny);
        assert_eq!(outcome(&loose, &all), Outcome::Allow);
    }
}

#[test]
fn how_long_a_signature_counts_can_be_bounded() {
    let document = friends(&json!({
        "subject": { "in": ["document"] }, "validFor": { "atMost": 3600 }, "unlimited": false,
    }));
    let of = |deadline: &str| permit_of(&domain(TOKEN), FRIEND, U256::from(5), deadline);
    assert_eq!(outcome(&document, &of(&soon())), Outcome::Allow);
    let late = (AT.unix_timestamp() + 3_601).to_string();
    for deadline in [&late, &U256::MAX.to_string()] {
        assert_eq!(outcome(&document, &of(deadline)), Outcome::Deny, "{deadline}");
    }
    assert_eq!(outcome(&document, &dai(FRIEND, false, "0")), Outcome::Deny, "no time is no end");
    // Nobody can say it of a log-in, and a Safe waits for ever.
    let deny =
        json!([{ "id": "late", "effect": "deny", "when": { "validFor": { "atLeast": 3600 } } }]);
    let denied = |candidate: &DocumentCandidate| {
        decided(&rules(&deny), candidate)
            .reasons
            .iter()
            .any(|it| matches!(it, Reason::Denied { .. }))
    };
    assert!(denied(&letter(Some(SAFE), Some(1))));
    assert!(denied(&safe_tx(TOKEN, &transfer(FRIEND, 1), 0, 0)));
    assert!(!denied(&of(&soon())));
}

#[test]
fn what_bears_the_types_of_permit2_elsewhere_is_not_known_and_neither_is_a_type_with_a_field_more()
{
    let document = friends(&json!({ "subject": "any", "unlimited": true, "primaryType": "any" }));
    for candidate in permit2(SAFE, FRIEND, &[TOKEN]) {
        assert_eq!(outcome(&document, &candidate), Outcome::Deny, "{candidate:?}");
    }
    let list = [
        ("owner", "address"),
        ("spender", "address"),
        ("value", "uint256"),
        ("nonce", "uint256"),
        ("deadline", "uint256"),
        ("receiver", "address"),
    ];
    let message = json!({
        "owner": HOLDER, "spender": FRIEND, "value": "1", "nonce": "0", "deadline": soon(),
        "receiver": THIEF,
    });
    let alike = signed(&domain(TOKEN), &json!({ "Permit": fields(&list) }), "Permit", &message);
    let json = serde_json::to_value(decided(&document, &alike)).unwrap();
    assert_eq!(json["reasons"][0]["action"], "typedData");
}

#[test]
fn what_a_safe_is_told_to_do_is_judged_as_the_calls_that_it_makes() {
    let list = |more: &[Value]| {
        let mut all = vec![
            json!({ "id": "friends", "effect": "allow", "when": {
                "subject": "any", "token": { "in": [TOKEN] }, "action": { "in": ["transfer"] },
                "counterparty": { "in": [FRIEND] },
            }}),
            json!({ "id": "safe", "effect": "allow", "when": {
                "subject": "any", "action": { "in": ["batch"] }, "to": { "in": [SAFE] },
            }}),
        ];
        all.extend_from_slice(more);
        rules(&json!(all))
    };
    let document = list(&[]);
    assert_eq!(outcome(&document, &safe_tx(TOKEN, &transfer(FRIEND, 1), 0, 0)), Outcome::Allow);
    assert_eq!(outcome(&document, &safe_tx(TOKEN, &transfer(THIEF, 1), 0, 0)), Outcome::Deny);
    assert_eq!(outcome(&document, &safe_tx(TOKEN, &[1, 2, 3], 0, 0)), Outcome::Malformed);
    // A refund pays somebody whom nobody judges, and code of another does whatever it likes.
    assert_eq!(outcome(&document, &safe_tx(TOKEN, &transfer(FRIEND, 1), 0, 1)), Outcome::Deny);
    for operation in [1, 2] {
        let candidate = safe_tx(TOKEN, &transfer(FRIEND, 1), operation, 0);
        assert_eq!(outcome(&document, &candidate), Outcome::Deny, "operation {operation}");
    }
    // The rule of the calls has to be about documents, too.
    let half = rules(&json!([
        { "id": "friends", "effect": "allow", "when": {
            "token": { "in": [TOKEN] }, "counterparty": { "in": [FRIEND] },
        }},
        { "id": "safe", "effect": "allow", "when": {
            "subject": "any", "action": { "in": ["batch"] }, "to": { "in": [SAFE] },
        }},
    ]));
    assert_eq!(outcome(&half, &safe_tx(TOKEN, &transfer(FRIEND, 1), 0, 0)), Outcome::Deny);
}

#[test]
fn a_document_that_is_not_known_needs_a_rule_that_names_its_type_and_its_contract() {
    let of = |when: &Value| {
        let mut when = when.clone();
        when["subject"] = json!({ "in": ["document"] });
        rules(&json!([{ "id": "market", "effect": "allow", "when": when }]))
    };
    let (here, nowhere) = (letter(Some(SAFE), Some(8453)), letter(None, Some(8453)));
    let whole = json!({
        "action": { "in": ["typedData"] }, "primaryType": { "in": ["LogIn"] }, "to": { "in": [SAFE] },
    });
    assert_eq!(outcome(&of(&whole), &here), Outcome::Allow);
    for part in ["action", "primaryType", "to"] {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(part);
        let decision = serde_json::to_value(decided(&of(&less), &here)).unwrap();
        assert_eq!(decision["reasons"][0]["near"][0]["fact"], part, "{decision}");
        assert_eq!(decision["reasons"][0]["near"][0]["why"], "unstated");
    }
    // Without a contract it is its domain that has to be named: a contract cannot be.
    assert_eq!(outcome(&of(&whole), &nowhere), Outcome::Deny);
    let mut by_name = whole.clone();
    by_name.as_object_mut().unwrap().remove("to");
    assert_eq!(outcome(&of(&by_name), &nowhere), Outcome::Deny);
    by_name["domain"] = json!({ "name": { "in": ["Market"] }, "version": { "in": ["1"] } });
    assert_eq!(outcome(&of(&by_name), &nowhere), Outcome::Allow);
    by_name["domain"] = json!({ "name": { "in": ["Other"] } });
    assert_eq!(outcome(&of(&by_name), &nowhere), Outcome::Deny);
}

#[test]
fn a_document_without_a_chain_is_allowed_by_no_rule_and_denied_by_each_that_names_one() {
    let any = rules(&json!([{ "id": "any", "effect": "allow", "when": {
        "subject": "any", "action": { "in": ["typedData", "permit"] }, "primaryType": "any",
        "to": "any", "domain": { "name": "any" }, "counterparty": "any", "token": "any",
        "unlimited": true,
    }}]));
    let everywhere = json!({ "name": "Coin", "version": "2", "verifyingContract": TOKEN });
    assert_eq!(outcome(&any, &letter(Some(SAFE), None)), Outcome::Deny);
    let permit = permit_of(&everywhere, FRIEND, U256::ONE, &soon());
    assert_eq!(outcome(&any, &permit), Outcome::Deny);
    // One without a contract that it counts before: nobody knows whose tokens.
    let nobodys = json!({ "name": "Coin", "version": "2", "chainId": 8453 });
    assert_eq!(outcome(&any, &permit_of(&nobodys, FRIEND, U256::ONE, &soon())), Outcome::Deny);
    let other =
        json!([{ "id": "elsewhere", "effect": "deny", "when": { "chain": { "in": [1] } } }]);
    let decision = decided(&rules(&other), &permit);
    assert!(
        decision.reasons.iter().any(|it| matches!(
            it,
            Reason::Denied { undetermined: Some(fact), .. } if fact == "chain"
        )),
        "{decision:?}"
    );
}

#[test]
fn a_rule_that_denies_and_says_nothing_of_it_is_about_documents_too() {
    let mut document = friends(&json!({ "subject": "any" }));
    let deny = json!([{ "id": "thief", "effect": "deny", "when": { "token": { "in": [TOKEN] } } }]);
    document.rules.extend(rules(&deny).rules);
    assert_eq!(outcome(&document, &permit(FRIEND, 5)), Outcome::Deny);
}

#[test]
fn limits_count_what_a_document_lets_move() {
    let limited = |measure: &Value| {
        let rules = json!([{ "id": "any", "effect": "allow", "when": {
            "subject": "any", "action": { "in": ["permit", "transfer", "typedData"] },
            "counterparty": "any", "token": "any",
        }}, { "id": "log-in", "effect": "allow", "when": {
            "subject": "any", "action": { "in": ["typedData"] }, "primaryType": "any", "to": "any",
        }}]);
        let limit = json!({
            "id": "daily", "measure": measure, "most": "8", "per": "day", "by": "wallet",
        });
        Document::read(&json!({ "form": 1, "rules": rules, "limits": [limit] })).unwrap()
    };
    let here = json!({ "token": { "chain": 8453, "address": TOKEN } });
    let tokens = limited(&here);
    let first = decided(&tokens, &permit(FRIEND, 5));
    assert_eq!(first.outcome, Outcome::Allow);
    assert_eq!(first.claims[0].amount, Units(U256::from(5)));
    let mut book = Book::default();
    book.reserve("a", first.claims, AT).unwrap();
    let policy = Applied { policy: "p", version: 1, mode: Mode::Enforce, document: &tokens };
    let second = decide(&[policy], &permit(FRIEND, 5), &context(), &book);
    assert!(matches!(second.reasons[0], Reason::OverLimit { .. }), "{second:?}");
    for candidate in permit2(PERMIT2, FRIEND, &[TOKEN, TOKEN]) {
        let decision = decided(&tokens, &candidate);
        assert!(matches!(decision.reasons[0], Reason::OverLimit { .. }), "twice 5 of 8");
    }
    // What whoever has a log-in may move, nobody can count; it takes one of a count of signatures.
    let log_in = letter(Some(SAFE), Some(8453));
    let unknown = decided(&tokens, &log_in);
    assert!(matches!(unknown.reasons[0], Reason::LimitUndetermined { .. }), "{unknown:?}");
    assert_eq!(outcome(&tokens, &letter(Some(SAFE), Some(1))), Outcome::Allow, "of another chain");
    let counted = decided(&limited(&json!("transactions")), &log_in);
    assert_eq!((counted.outcome, counted.claims[0].amount), (Outcome::Allow, Units(U256::ONE)));
    let fees = decided(&limited(&json!({ "fees": { "chain": 8453 } })), &permit(FRIEND, 5));
    assert_eq!((fees.outcome, fees.claims.len()), (Outcome::Allow, 0));
    let dollars = decided(&limited(&json!("usd")), &permit(FRIEND, 5));
    assert!(matches!(dollars.reasons[0], Reason::LimitUndetermined { .. }), "{dollars:?}");
}

#[test]
fn conditions_of_documents_that_are_wrong_are_refused_with_the_place() {
    let wrong = [
        (json!({ "subject": "letter" }), "/rules/0/when/subject"),
        (json!({ "domain": {} }), "/rules/0/when/domain"),
        (json!({ "domain": { "name": { "in": [] } } }), "/rules/0/when/domain/name"),
        (json!({ "validFor": {} }), "/rules/0/when/validFor"),
        (json!({ "validFor": { "atMost": -1 } }), "/rules/0/when/validFor"),
        (json!({ "primaryType": { "in": [] } }), "/rules/0/when/primaryType"),
    ];
    for (when, path) in wrong {
        let rule = json!({ "id": "a", "effect": "deny", "when": when });
        let faults = Document::read(&json!({ "form": 1, "rules": [rule] })).unwrap_err();
        assert!(faults[0].path.starts_with(path), "{path}: {faults:?}");
    }
}
