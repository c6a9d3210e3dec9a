//! What a node wants that has a document signed.

use super::payload::{Payload, Question};
use super::wish::wallet;
use crate::primitives::WalletId;
use crate::transactions::{InvalidDocument, TypedData};

/// A document of EIP-712 that a wallet is to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signing {
    /// By which wallet; by the one that is used where nobody says which.
    pub wallet: Option<WalletId>,
    /// What.
    pub document: TypedData,
}

impl Question for Signing {
    fn read(payload: &mut Payload<'_>) -> Option<Self> {
        let (wallet, chain) = (wallet(payload), payload.chain());
        let document = document(payload)?;
        match (chain, document.domain().chain_id) {
            (Some(chain), Some(named)) if chain.0 != named => payload.problem(
                "/chainId",
                format!("is another chain than that of the document's domain, which is {named}"),
            ),
            (Some(_), None) => payload.problem(
                "/domain",
                "names no `chainId`, so that a signature would count on every chain: add it",
            ),
            (Some(_) | None, _) => Some(Self { wallet, document }),
        }
    }
}

/// The document, where all of it is known; what can be said of it before is said.
fn document(payload: &mut Payload<'_>) -> Option<TypedData> {
    let parts = ["types", "primaryType", "domain", "message"];
    let found = parts.map(|part| payload.known(part));
    let [Some(types), Some(primary_type), Some(domain), Some(message)] = found else { return None };
    if parts[..3].iter().any(|part| payload.has_open(part)) {
        return None;
    }
    let read = if payload.has_open("message") {
        TypedData::check_form((types, primary_type), domain).map(|()| None)
    } else {
        let document = serde_json::json!({
            "types": types, "primaryType": primary_type, "domain": domain, "message": message,
        });
        TypedData::read(&document).map(Some)
    };
    match read {
        Ok(document) => document,
        Err(InvalidDocument::Place { at, problem }) => payload.problem(&at, problem),
        Err(
            other @ (InvalidDocument::TooLarge(_)
            | InvalidDocument::Parts
            | InvalidDocument::Ambiguous),
        ) => payload.problem("", other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::onchain::{problems, question};

    fn payload() -> Value {
        json!({
            "domain": { "name": "Mail", "chainId": 1, "verifyingContract": format!("0x{}", "11".repeat(20)) },
            "types": { "Mail": [{ "name": "words", "type": "string" }] },
            "primaryType": "Mail",
            "message": { "words": "hello" },
        })
    }

    fn places(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut payload = payload();
        change(&mut payload);
        problems("sign-typed-data", &payload).into_iter().map(|it| it.path).collect()
    }

    #[test]
    fn a_document_is_read_where_all_of_it_is_known() {
        let read: Signing = question(&payload()).unwrap();
        assert_eq!((read.wallet, read.document.primary_type()), (None, "Mail"));
        assert_eq!(places(|it| it["chainId"] = json!("ethereum")), [""; 0]);
    }

    #[test]
    fn what_is_wrong_is_told_at_its_place_while_it_is_drawn() {
        assert_eq!(places(|it| it["chainId"] = json!(2)), ["/chainId"]);
        assert_eq!(places(|it| it["domain"] = json!({})), ["/domain"]);
        assert_eq!(places(|it| it["primaryType"] = json!("Male")), ["/primaryType"]);
        assert_eq!(places(|it| it["message"]["stray"] = json!(1)), ["/message/stray"]);
        assert_eq!(
            places(|it| it["types"]["Mail"][0]["type"] = json!("Mail")),
            ["/types/Mail/0/type"]
        );
        assert_eq!(
            places(|it| it["types"]["Mail"][0]["type"] = json!("uint7")),
            ["/types/Mail/0/type"]
        );
        let deep = format!("uint8{}", "[]".repeat(20_000));
        assert_eq!(
            places(|it| it["types"]["Mail"][0]["type"] = json!(deep)),
            ["/types/Mail/0/type"]
        );
        let huge = "x".repeat(70_000);
        assert_eq!(places(|it| it["message"]["words"] = json!(huge)), [""]);
        assert!(question::<Signing>(&json!({})).is_err());
    }

    #[test]
    fn a_message_that_is_not_known_yet_does_not_hide_what_is() {
        let open = |it: &mut Value| it["message"]["words"] = json!("{{$trigger.body.words}}");
        assert_eq!(places(open), [""; 0]);
        assert_eq!(
            places(|it| {
                open(it);
                it["domain"]["chain"] = json!(1);
            }),
            ["/domain/chain"]
        );
    }
}
