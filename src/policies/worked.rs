//! The policies of `docs/policies.md`, held to what the page says of them.

use alloy_primitives::{Address, Bytes, U256};
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;

use super::limits::Book;
use super::*;
use crate::transactions::TypedData;

const PAGE: &str = include_str!("../../docs/policies.md");

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Case {
    outcome: Outcome,
    why: String,
    to: Option<Address>,
    typed_data: Option<Letter>,
    #[serde(default)]
    data: Bytes,
    value: Option<Units>,
    max_fee: Option<Units>,
    #[serde(with = "time::serde::rfc3339::option", default)]
    at: Option<OffsetDateTime>,
    trigger: Option<String>,
    wallet: Option<String>,
}

/// A document of the page, in short: a permit of the token of all examples, or a log-in somewhere.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Letter {
    Permit { spender: Address, value: String, deadline: String },
    LogIn { contract: Option<Address> },
}

impl Letter {
    fn whole(self, from: Address) -> DocumentCandidate {
        let fields = |list: &[(&str, &str)]| -> serde_json::Value {
            list.iter().map(|(name, kind)| json!({ "name": name, "type": kind })).collect()
        };
        let token = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";
        let document = match self {
            Self::Permit { spender, value, deadline } => json!({
                "domain": {
                    "name": "USD Coin", "version": "2", "chainId": 8453, "verifyingContract": token,
                },
                "types": { "Permit": fields(&[
                    ("owner", "address"),
                    ("spender", "address"),
                    ("value", "uint256"),
                    ("nonce", "uint256"),
                    ("deadline", "uint256"),
                ]) },
                "primaryType": "Permit",
                "message": {
                    "owner": from, "spender": spender, "value": value, "nonce": "0",
                    "deadline": deadline,
                },
            }),
            Self::LogIn { contract } => {
                let mut domain = json!({ "name": "Market", "chainId": 8453 });
                if let Some(contract) = contract {
                    domain["verifyingContract"] = json!(contract);
                }
                json!({
                    "domain": domain, "types": { "LogIn": fields(&[("at", "uint256")]) },
                    "primaryType": "LogIn", "message": { "at": "7" },
                })
            }
        };
        DocumentCandidate::new(from, TypedData::read(&document).unwrap())
    }
}

/// The blocks of the page that are marked so.
fn blocks(mark: &str) -> Vec<&str> {
    let mark = format!("```json {mark}\n");
    let starts = PAGE.split(&mark).skip(1);
    starts.map(|it| it.split("```").next().unwrap()).collect()
}

#[test]
fn the_twelve_policies_of_the_page_decide_as_the_page_says() {
    let (policies, cases) = (blocks("policy"), blocks("cases"));
    assert_eq!((policies.len(), cases.len()), (12, 12));
    for (at, (policy, cases)) in policies.into_iter().zip(cases).enumerate() {
        let json: serde_json::Value = serde_json::from_str(policy).unwrap();
        let document = Document::read(&json).unwrap();
        assert_eq!(Document::read(&serde_json::to_value(&document).unwrap()).unwrap(), document);
        let cases: Vec<Case> = serde_json::from_str(cases).unwrap();
        assert!(cases.len() > 1, "policy {at}");
        for case in cases {
            let noon = datetime!(2026-11-30 12:00 UTC);
            let price = Price { micro_usd: 3_000_000_000, decimals: 18, signed_at: noon };
            let from = Address::repeat_byte(0x99);
            let document_asked = case.typed_data.map(|it| it.whole(from));
            let candidate = Candidate {
                chain_id: 8453,
                from,
                to: case.to,
                value: case.value.map_or(U256::ZERO, |it| it.0),
                data: case.data,
                gas_limit: 100_000,
                max_fee: case.max_fee.map_or(1_000_000_000, |it| it.0.to()),
            };
            let context = Context {
                organization: "org".to_owned(),
                wallet: case.wallet.unwrap_or_else(|| "treasury".to_owned()),
                workflow: None,
                actor: "usr_ada".to_owned(),
                trigger: Some(case.trigger.unwrap_or_else(|| "schedule".to_owned())),
                at: case.at.unwrap_or(noon),
                prices: Prices::default().with(8453, Address::ZERO, price),
            };
            let applied =
                Applied { policy: "p", version: 1, mode: Mode::Enforce, document: &document };
            let asked =
                document_asked.as_ref().map_or(Asked::Transaction(&candidate), Asked::Document);
            let decision = decide(&[applied], asked, &context, &Book::default());
            let reasons = &decision.reasons;
            assert_eq!(
                decision.outcome,
                case.outcome,
                "policy {}: {}: {reasons:?}",
                at + 1,
                case.why
            );
        }
    }
}
