//! A seller on this machine, who asks for tokens of the test's chain, and can take money and lose his words.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};

use actix_web::web::{Data, ServiceConfig, route};
use actix_web::{HttpRequest, HttpResponse};
use alloy_primitives::{Address, U256};
use chainkeel::primitives::{Clock as _, SystemClock};
use chainkeel::x402::{Demand, Payment, Receipt, Resource, Terms, Token, Version, encoded, verify};
use serde_json::json;

use super::bank::carried_out;
use super::stage::{CHAIN, PRICE};
use crate::support::anvil::Anvil;
use crate::support::peer::Peer;

/// What he does with a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// He takes it and gives something.
    Honest,
    /// He takes it, and his answer is lost; the next time he gives something.
    Forgetful,
    /// He takes it and gives nothing.
    Greedy,
    /// He takes nothing, and says nothing.
    Broken,
    /// He takes nothing, and asks again.
    Refusing,
}

/// What he holds.
pub(super) struct Counter {
    node: SocketAddr,
    sender: Address,
    terms: Mutex<Terms>,
    version: Mutex<Version>,
    manner: Mutex<Manner>,
    /// Every payload that he was shown.
    shown: Mutex<Vec<Payment>>,
}

/// A seller.
pub(super) struct Shop {
    pub(super) peer: Peer,
    counter: Data<Counter>,
}

/// Who is paid.
pub(super) const SELLER: Address = Address::repeat_byte(0x5e);

impl Shop {
    /// One that is honest at first, and asks in version 2.
    pub(super) fn of(node: &Arc<Anvil>, token: Address) -> Self {
        let terms = Terms {
            chain: CHAIN,
            asset: token,
            amount: U256::from(PRICE),
            pay_to: SELLER,
            max_timeout_seconds: 60,
            token: Token { name: "Coupons".into(), version: "2".into() },
        };
        let counter = Data::new(Counter {
            node: node.address,
            sender: node.account(2),
            terms: Mutex::new(terms),
            version: Mutex::new(Version::V2),
            manner: Mutex::new(Manner::Honest),
            shown: Mutex::default(),
        });
        let peer = Peer::with(&counter, routes);
        Self { peer, counter }
    }

    /// From here on he does it so.
    pub(super) fn does(&self, manner: Manner) {
        *held(&self.counter.manner) = manner;
    }

    /// From here on he asks so.
    pub(super) fn asks(&self, version: Version, change: impl FnOnce(&mut Terms)) {
        *held(&self.counter.version) = version;
        change(&mut held(&self.counter.terms));
    }

    /// The payloads that he was shown, each once, and how often he was shown any.
    pub(super) fn shown(&self) -> (Vec<Payment>, usize) {
        let all = held(&self.counter.shown).clone();
        let mut each: Vec<Payment> = Vec::new();
        for payment in &all {
            if !each.contains(payment) {
                each.push(payment.clone());
            }
        }
        (each, all.len())
    }
}

fn held<T>(lock: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn routes(config: &mut ServiceConfig) {
    config
        .route("/weather", route().to(sell))
        .route("/free", route().to(async || HttpResponse::Ok().json(json!({ "free": true }))));
}

async fn sell(counter: Data<Counter>, request: HttpRequest) -> HttpResponse {
    let (terms, version) = (held(&counter.terms).clone(), *held(&counter.version));
    let header = request.headers().get(version.payment_header());
    let Some(header) = header else { return asked(&terms, version, "pay first") };
    let payment = Payment::read(version, header.as_bytes()).unwrap();
    let is_new = !held(&counter.shown).contains(&payment);
    held(&counter.shown).push(payment.clone());
    let now = SystemClock.now().unix_timestamp();
    if is_new && let Err(wrong) = verify(&payment, &terms, now) {
        return asked(&terms, version, wrong.code());
    }
    let manner = *held(&counter.manner);
    match manner {
        Manner::Broken => return HttpResponse::BadGateway().finish(),
        Manner::Refusing => return asked(&terms, version, "not today"),
        Manner::Honest | Manner::Forgetful | Manner::Greedy => {}
    }
    let taken = carried_out(counter.node, counter.sender, &payment, &terms).await;
    // What he took before he has: it is the same payload.
    let transaction = taken.ok();
    if manner == Manner::Greedy || (manner == Manner::Forgetful && transaction.is_some()) {
        return HttpResponse::GatewayTimeout().finish();
    }
    let receipt = Receipt {
        is_success: true,
        reason: None,
        transaction,
        payer: Some(payment.authorization.from),
    };
    HttpResponse::Ok()
        .insert_header((version.receipt_header(), encoded(&receipt.written(version, CHAIN))))
        .json(json!({ "celsius": 3 }))
}

fn asked(terms: &Terms, version: Version, why: &str) -> HttpResponse {
    let resource = Resource { url: "http://shop/weather".into(), ..Resource::default() };
    let demand = Demand::written(version, terms, &resource, why);
    let mut answer = HttpResponse::PaymentRequired();
    match version {
        Version::V1 => answer.json(demand),
        Version::V2 => answer.insert_header(("PAYMENT-REQUIRED", encoded(&demand))).json(json!({})),
    }
}
