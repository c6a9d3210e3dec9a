//! A facilitator on this machine, who carries transfers out on the test's chain, and can lose his words.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use actix_web::web::{Bytes, Data, ServiceConfig, post};
use actix_web::{HttpRequest, HttpResponse};
use alloy_primitives::{Address, B256};
use chainkeel::primitives::{Clock as _, SystemClock};
use chainkeel::x402::{Payment, Terms, Version, encoded, verify};
use serde_json::{Value, json};

use crate::support::anvil::Anvil;
use crate::support::client::Client;
use crate::support::peer::Peer;

/// What he does when he is to take money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// He takes it and says so.
    Honest,
    /// He takes it, and his word is lost.
    Forgetful,
    /// He takes nothing, and says nothing.
    Broken,
    /// He takes nothing, and says why.
    Refusing,
}

/// What he holds.
pub(super) struct Books {
    node: SocketAddr,
    sender: Address,
    manner: Mutex<Manner>,
    verified: AtomicUsize,
    settled: AtomicUsize,
}

/// A facilitator.
pub(super) struct Bank {
    pub(super) peer: Peer,
    books: Data<Books>,
}

impl Bank {
    /// One that is honest at first.
    pub(super) fn of(node: &Arc<Anvil>) -> Self {
        let books = Data::new(Books {
            node: node.address,
            sender: node.account(1),
            manner: Mutex::new(Manner::Honest),
            verified: AtomicUsize::new(0),
            settled: AtomicUsize::new(0),
        });
        let peer = Peer::with(&books, routes);
        Self { peer, books }
    }

    /// From here on he does it so.
    pub(super) fn does(&self, manner: Manner) {
        *self.books.manner.lock().unwrap_or_else(PoisonError::into_inner) = manner;
    }

    /// How often he was asked to take money.
    pub(super) fn settled(&self) -> usize {
        self.books.settled.load(Ordering::SeqCst)
    }

    /// How often he was asked whether a payment is good.
    pub(super) fn verified(&self) -> usize {
        self.books.verified.load(Ordering::SeqCst)
    }
}

fn routes(config: &mut ServiceConfig) {
    config.route("/verify", post().to(verify_payment)).route("/settle", post().to(settle));
}

/// What was presented, and against what, as the wire has it.
fn read(body: &Bytes) -> (Payment, Terms) {
    let body: Value = serde_json::from_slice(body).unwrap();
    let version = match body["x402Version"].as_u64().unwrap() {
        1 => Version::V1,
        2 => Version::V2,
        other => panic!("version {other}"),
    };
    let payment = Payment::read(version, encoded(&body["paymentPayload"]).as_bytes()).unwrap();
    let terms = Terms::read(version, &body["paymentRequirements"], "").unwrap();
    (payment, terms)
}

async fn verify_payment(books: Data<Books>, body: Bytes) -> HttpResponse {
    books.verified.fetch_add(1, Ordering::SeqCst);
    let (payment, terms) = read(&body);
    let now = SystemClock.now().unix_timestamp();
    match verify(&payment, &terms, now) {
        Ok(()) => HttpResponse::Ok().json(json!({ "isValid": true })),
        Err(wrong) => {
            HttpResponse::Ok().json(json!({ "isValid": false, "invalidReason": wrong.code() }))
        }
    }
}

async fn settle(books: Data<Books>, _: HttpRequest, body: Bytes) -> HttpResponse {
    books.settled.fetch_add(1, Ordering::SeqCst);
    let (payment, terms) = read(&body);
    let manner = *books.manner.lock().unwrap_or_else(PoisonError::into_inner);
    let network = "eip155:31337";
    let refused = |why: &str| {
        let told = json!({
            "success": false, "errorReason": why, "transaction": "", "network": network,
        });
        HttpResponse::Ok().json(told)
    };
    match manner {
        Manner::Broken => return HttpResponse::BadGateway().finish(),
        Manner::Refusing => return refused("insufficient_funds"),
        Manner::Honest | Manner::Forgetful => {}
    }
    match carried_out(books.node, books.sender, &payment, &terms).await {
        Err(why) => refused(&why),
        Ok(_) if manner == Manner::Forgetful => HttpResponse::GatewayTimeout().finish(),
        Ok(hash) => HttpResponse::Ok().json(json!({
            "success": true, "transaction": hash, "network": network,
            "payer": payment.authorization.from,
        })),
    }
}

/// Carries a transfer out in a block of its own; why not, where the token undoes it.
pub(super) async fn carried_out(
    node: SocketAddr,
    sender: Address,
    payment: &Payment,
    terms: &Terms,
) -> Result<B256, String> {
    let client = Client::new(node, None);
    let ask = async |method: &str, parameters: Value| {
        let asked = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters });
        client.post("/", &asked).await.json()
    };
    let data = payment.authorization.transfer(&payment.signature);
    let transaction = json!({
        "from": sender, "to": terms.asset, "data": data, "gas": "0x30000", "gasPrice": "0x77359400",
    });
    let tried = ask("eth_call", json!([transaction, "latest"])).await;
    if let Some(error) = tried.get("error") {
        return Err(error["message"].as_str().unwrap_or_default().to_owned());
    }
    let sent = ask("eth_sendTransaction", json!([transaction])).await;
    let hash: B256 = serde_json::from_value(sent["result"].clone()).unwrap();
    ask("anvil_mine", json!(["0x1"])).await;
    let receipt = ask("eth_getTransactionReceipt", json!([hash])).await;
    if receipt["result"]["status"] == "0x1" {
        Ok(hash)
    } else {
        Err("the chain has undone it".to_owned())
    }
}
