//! Somebody pays for a run: it begins once, and the money moves once, whatever is lost on the way.

use alloy_primitives::Address;
use chainkeel::x402::{Terms, Version};
use futures::future::join_all;
use serde_json::{Value, json};

use super::bank::{Bank, Manner};
use super::stage::{CHAIN, PLENTY, PRICE, Stage};
use crate::support::client::{Request, Response};
use crate::support::x402::{Payer, header, opened};

/// A stage with a facilitator, a workflow that is sold by him, and a payer.
struct Market {
    stage: Stage,
    bank: Bank,
    payer: Payer,
    path: String,
    terms: Terms,
}

/// Who is paid.
const SELLER: Address = Address::repeat_byte(0xee);

impl Market {
    async fn open(change: &Value) -> Self {
        let chain = Stage::chain().await;
        let bank = Bank::of(&chain.0);
        let stage = Stage::open(chain, &[bank.peer.opening()]).await;
        let payer = Payer::of(0x46);
        stage.mint(payer.address()).await;
        let mut price = json!({
            "chainId": CHAIN, "tokenAddress": stage.token.to_checksum(None),
            "token": { "name": "Coupons", "version": "2" }, "amount": PRICE.to_string(),
            "payTo": SELLER.to_checksum(None), "facilitator": bank.peer.url("/"),
            "description": "The weather of a town",
        });
        let payload = change.get("price").and_then(Value::as_object).cloned().unwrap_or_default();
        for (name, value) in payload {
            if value.is_null() {
                price.as_object_mut().unwrap().remove(&name);
            } else {
                price[name] = value;
            }
        }
        if price["payTo"] == "own" {
            price["payTo"] = json!(stage.wallet);
            price["settleWith"] = json!(stage.wallet);
        }
        let workflow = stage
            .app
            .published(&json!({
                "inputSchema": [{ "key": "town", "type": "string", "required": true }],
                "nodes": {
                    "root": { "type": "webhook", "children": ["tell"], "payload": {
                        "inputSchema": {
                            "properties": { "town": { "type": "string", "minLength": 3 } },
                        },
                        "price": price, "respond": { "wait": true, "timeoutMs": 5_000 },
                    } },
                    "tell": { "type": "log", "payload": {
                        "message": "{{$trigger.body.town}} for {{$trigger.headers.x402-payer}}",
                    } },
                },
            }))
            .await;
        let path = format!("/v1/x402/{workflow}");
        let pay_to = if price["settleWith"].is_null() { SELLER } else { stage.address };
        let terms = stage.terms(pay_to);
        let market = Self { stage, bank, payer, path, terms };
        let asked = || market.request(&json!({ "town": "Berlin" })).send();
        market.stage.app.eventually(asked, |answer| answer.status == 402).await;
        market
    }

    fn request(&self, body: &Value) -> Request {
        self.stage.app.client.stranger().request("POST", &self.path).json(body)
    }

    /// A request for the weather of Berlin, paid in version 2.
    fn paid(&self, nonce: u8) -> Request {
        let header = self.payer.pays(Version::V2, &self.terms, nonce);
        self.request(&json!({ "town": "Berlin" })).header("PAYMENT-SIGNATURE", &header)
    }

    async fn sold(&self) -> Vec<Value> {
        let page = self.stage.app.client.data("/v1/sales").await;
        page["items"].as_array().unwrap().clone()
    }

    /// The money moved so often, and nobody has more or less than that.
    async fn moved(&self, times: u64) {
        let (seller, payer) = (self.terms.pay_to, self.payer.address());
        let before = if seller == self.stage.address { PLENTY } else { 0 };
        assert_eq!(self.stage.has(seller).await, before + times * PRICE);
        assert_eq!(self.stage.has(payer).await, PLENTY - times * PRICE);
    }
}

fn receipt(answer: &Response) -> Value {
    opened(answer.header("payment-response").unwrap_or_else(|| panic!("{}", answer.text())))
}

#[actix_web::test]
async fn who_does_not_pay_is_told_the_price_in_both_versions() {
    let market = Market::open(&json!({})).await;
    let answer = market.request(&json!({ "town": "Berlin" })).send().await;
    assert_eq!(answer.status, 402);
    let first = answer.json();
    assert_eq!(first["x402Version"], 1);
    let accepts = &first["accepts"][0];
    assert_eq!(accepts["maxAmountRequired"], PRICE.to_string());
    assert_eq!(accepts["payTo"], SELLER.to_checksum(None));
    assert_eq!(accepts["extra"], json!({ "name": "Coupons", "version": "2" }));
    let second = opened(answer.header("payment-required").unwrap());
    assert_eq!(second["x402Version"], 2);
    assert_eq!(second["accepts"][0]["network"], "eip155:31337");
    assert_eq!(second["accepts"][0]["amount"], PRICE.to_string());
    assert!(second["resource"]["url"].as_str().unwrap().ends_with(&market.path));
    // The secret URL of the workflow starts nothing.
    let id = market.path.rsplit('/').next().unwrap();
    let shown = market.stage.app.client.data(&format!("/v1/workflows/{id}")).await;
    let url = shown["webhookUrl"].as_str().unwrap();
    let secret = &url[url.find("/v1/").unwrap()..];
    let free = market.stage.app.client.stranger().post(secret, &json!({ "town": "x" })).await;
    assert_eq!(free.status, 404, "{}", free.text());
    assert_eq!(market.stage.app.count_runs().await, 0);
    market.moved(0).await;
}

#[actix_web::test]
async fn nobody_is_asked_to_pay_for_what_would_start_nothing() {
    let market = Market::open(&json!({})).await;
    // Neither what the workflow nor what its webhook declares; paid for or not.
    for (body, place) in [(json!({ "city": "Berlin" }), "/town"), (json!({ "town": "B" }), "/town")]
    {
        let unpaid = market.request(&body).send().await;
        assert_eq!((unpaid.status, unpaid.code().as_str()), (422, "invalid-input"));
        assert!(unpaid.text().contains(place), "{}", unpaid.text());
        let header = market.payer.pays(Version::V2, &market.terms, 9);
        let paid = market.request(&body).header("PAYMENT-SIGNATURE", &header).send().await;
        assert_eq!((paid.status, paid.code().as_str()), (422, "invalid-input"));
    }
    // Who sends nothing is told the price.
    let asked = market.stage.app.client.stranger().request("POST", &market.path).send().await;
    assert_eq!(asked.status, 402, "{}", asked.text());
    assert_eq!(market.stage.app.count_runs().await, 0);
    assert!(market.sold().await.is_empty());
    market.moved(0).await;
}

#[actix_web::test]
async fn one_authorization_starts_one_run_and_moves_money_once() {
    let market = Market::open(&json!({})).await;
    let answer = market.paid(1).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().contains("Berlin for 0x"), "{}", answer.text());
    let told = receipt(&answer);
    assert_eq!((&told["success"], &told["network"]), (&json!(true), &json!("eip155:31337")));
    assert_eq!(told["payer"], market.payer.address().to_checksum(None));
    market.moved(1).await;
    // Presented again, it tells the same.
    let again = market.paid(1).send().await;
    assert_eq!((again.status, receipt(&again)), (200, told));
    // In the other version it is the same authorization; this is what its payer would sign there.
    let first = market.payer.pays(Version::V1, &market.terms, 2);
    let body = json!({ "town": "Bern" });
    let other = market.request(&body).header("X-PAYMENT", &first).send().await;
    assert_eq!(other.status, 200, "{}", other.text());
    assert!(other.header("x-payment-response").is_some());
    market.moved(2).await;
    assert_eq!((market.stage.app.count_runs().await, market.bank.settled()), (2, 2));
    let there = |sold: &Vec<Value>| sold.iter().filter(|it| it["status"] == "settled").count() == 2;
    let sold = market.stage.app.eventually(|| market.sold(), there).await;
    let id = sold[1]["id"].as_str().unwrap();
    let shown = market.stage.app.client.data(&format!("/v1/sales/{id}")).await;
    let events: Vec<_> =
        shown["history"].as_array().unwrap().iter().map(|it| it["event"].clone()).collect();
    assert_eq!(events, ["reserved", "begun", "asked", "settled"]);
    assert_eq!(market.bank.verified(), 2, "what is presented again is not judged again");
}

#[actix_web::test]
async fn many_who_present_the_same_at_once_share_one_run() {
    let market = Market::open(&json!({})).await;
    let payment = market.paid(3);
    let answers = join_all((0..8).map(|_| payment.clone().send())).await;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    assert_eq!((market.stage.app.count_runs().await, market.bank.settled()), (1, 1));
    market.moved(1).await;
}

#[actix_web::test]
async fn what_is_not_known_is_pending_and_never_a_second_price() {
    let market = Market::open(&json!({})).await;
    market.bank.does(Manner::Broken);
    let paid = market.paid(4);
    let answer = paid.clone().send().await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    assert_eq!(answer.data()["payment"], "pending");
    assert!(answer.header("retry-after").is_some() && answer.header("payment-response").is_none());
    market.moved(0).await;
    // He takes it now, and his word is lost: the chain knows.
    market.bank.does(Manner::Forgetful);
    let settled = |answer: &Response| answer.status == 200;
    let ask = || async {
        let answer = paid.clone().send().await;
        assert_ne!(answer.status, 402, "asked for money that may have moved: {}", answer.text());
        answer
    };
    let answer = market.stage.app.eventually(ask, settled).await;
    assert_eq!(receipt(&answer)["success"], true);
    market.moved(1).await;
    assert_eq!(market.stage.app.count_runs().await, 1);
}

#[actix_web::test]
async fn a_run_goes_on_being_paid_for_when_the_house_died_meanwhile() {
    let mut market = Market::open(&json!({})).await;
    market.bank.does(Manner::Broken);
    assert_eq!(market.paid(5).send().await.status, 202);
    market.stage.app.after_downtime(async |_| ()).await;
    market.bank.does(Manner::Honest);
    let settled = |sold: &Vec<Value>| sold[0]["status"] == "settled";
    market.stage.app.eventually(|| market.sold(), settled).await;
    market.moved(1).await;
    assert_eq!(market.stage.app.count_runs().await, 1);
}

#[actix_web::test]
async fn what_is_refused_at_the_first_word_is_over_and_its_run_is_called_off() {
    let market = Market::open(&json!({})).await;
    market.bank.does(Manner::Refusing);
    let paid = market.paid(6);
    let answer = paid.clone().send().await;
    assert_eq!(answer.status, 402, "{}", answer.text());
    let told = receipt(&answer);
    assert_eq!(
        (&told["success"], &told["errorReason"]),
        (&json!(false), &json!("insufficient_funds"))
    );
    let again = paid.send().await;
    assert_eq!(again.status, 402, "the same is told: {}", again.text());
    assert_eq!(market.bank.settled(), 1);
    market.moved(0).await;
}

#[actix_web::test]
async fn a_payment_is_for_one_request_and_for_one_workflow() {
    let market = Market::open(&json!({})).await;
    assert_eq!(market.paid(7).send().await.status, 200);
    let header = market.payer.pays(Version::V2, &market.terms, 7);
    let other = market.request(&json!({ "town": "Rome" })).header("PAYMENT-SIGNATURE", &header);
    let other = other.send().await;
    assert_eq!((other.status, other.code().as_str()), (409, "payment-conflict"));
    // A signature of somebody else for the same is none.
    let stranger = Payer::of(0x47);
    let (authorization, _) = market.payer.authorizes(&market.terms, 8);
    let (_, forged) = stranger.authorizes(&market.terms, 8);
    let payment = chainkeel::x402::Payment {
        version: Version::V2,
        chain: CHAIN,
        authorization,
        signature: forged,
    };
    let header = header_of(&payment, &market.terms);
    let refused = market.request(&json!({ "town": "Berlin" })).header("PAYMENT-SIGNATURE", &header);
    let refused = refused.send().await;
    assert_eq!(refused.status, 402, "{}", refused.text());
    assert_eq!(receipt(&refused)["errorReason"], "invalid_exact_evm_payload_signature");
    market.moved(1).await;
    assert_eq!(market.stage.app.count_runs().await, 1);
}

fn header_of(payment: &chainkeel::x402::Payment, terms: &Terms) -> String {
    header(&payment.written(terms, &chainkeel::x402::Resource::default()))
}

#[actix_web::test]
async fn what_would_start_nothing_or_pays_nothing_is_refused_before_anything_is_kept() {
    let market = Market::open(&json!({})).await;
    let header = market.payer.pays(Version::V2, &market.terms, 9);
    let with = |body: &Value| market.request(body).header("PAYMENT-SIGNATURE", &header).send();
    let wrong = with(&json!({ "city": "Berlin" })).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (422, "invalid-input"));
    let poor = Payer::of(0x48);
    let header = poor.pays(Version::V2, &market.terms, 9);
    let broke = market.request(&json!({ "town": "Berlin" })).header("PAYMENT-SIGNATURE", &header);
    let broke = broke.send().await;
    assert_eq!(receipt(&broke)["errorReason"], "insufficient_funds");
    let mut less = market.terms.clone();
    less.amount -= alloy_primitives::U256::ONE;
    let header = market.payer.pays(Version::V2, &less, 9);
    let cheap = market.request(&json!({ "town": "Berlin" })).header("PAYMENT-SIGNATURE", &header);
    let cheap = cheap.send().await;
    assert_eq!(receipt(&cheap)["errorReason"], "invalid_exact_evm_payload_authorization_value");
    let kept = "select count(*) from events where aggregate_type in ('sale', 'run')";
    assert_eq!(market.stage.app.count(kept).await, 0);
    assert_eq!(market.bank.verified(), 0, "what is wrong for sure is asked of nobody");
    // The good one is as good as ever.
    assert_eq!(market.paid(9).send().await.status, 200);
}

#[actix_web::test]
async fn hostile_headers_are_refused_with_their_cure() {
    let market = Market::open(&json!({})).await;
    let body = json!({ "town": "Berlin" });
    let payload = |json: &Value| header(json);
    let long = "A".repeat(20_000);
    for (name, value) in [
        ("PAYMENT-SIGNATURE", "not base64!"),
        ("PAYMENT-SIGNATURE", "bm90IGpzb24="),
        ("PAYMENT-SIGNATURE", &payload(&json!([1, 2]))),
        ("PAYMENT-SIGNATURE", &payload(&json!({ "x402Version": 1 }))),
        ("PAYMENT-SIGNATURE", &payload(&json!({ "x402Version": 2, "accepted": [] }))),
        ("X-PAYMENT", &payload(&json!({ "x402Version": 1, "scheme": 7 }))),
        ("X-PAYMENT", ""),
        ("X-PAYMENT", long.as_str()),
    ] {
        let answer = market.request(&body).header(name, value).send().await;
        assert!((400..500).contains(&answer.status), "{name} {value}: {}", answer.text());
        assert_ne!(answer.status, 402, "{name} {value}");
    }
    let huge = "A".repeat(1024 * 1024);
    let answer = market.request(&body).header("X-PAYMENT", &huge).send().await;
    assert!((400..500).contains(&answer.status), "{}", answer.status);
    let twice = market.paid(1).header("X-PAYMENT", "e30=").send().await;
    assert_eq!(twice.status, 400, "{}", twice.text());
    market.moved(0).await;
    assert_eq!(market.stage.app.count_runs().await, 0);
}

#[actix_web::test]
async fn a_wallet_takes_the_money_itself() {
    let own = json!({ "price": { "payTo": "own", "facilitator": null } });
    let market = Market::open(&own).await;
    market.stage.allow(&json!([])).await;
    let node = std::sync::Arc::clone(&market.stage.node);
    let buying = market.paid(1).send();
    let mining = async {
        loop {
            node.mine(1).await;
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
    };
    let answer = tokio::select! { answer = buying => answer, () = mining => unreachable!() };
    assert_eq!(answer.status, 200, "{}", answer.text());
    let told = receipt(&answer);
    assert_eq!(told["success"], true);
    market.moved(1).await;
    let sent = market.stage.app.client.data("/v1/transactions").await;
    assert_eq!(sent["items"][0]["hash"], told["transaction"], "{sent}");
    assert_eq!((market.stage.app.count_runs().await, market.bank.settled()), (1, 0));
}

#[actix_web::test]
async fn without_a_policy_a_wallet_takes_nothing_and_the_run_is_called_off() {
    let own = json!({ "price": { "payTo": "own", "facilitator": null } });
    let market = Market::open(&own).await;
    let answer = market.paid(1).send().await;
    assert_eq!(answer.status, 402, "{}", answer.text());
    let why = receipt(&answer)["errorReason"].as_str().unwrap().to_owned();
    assert!(why.contains("policies"), "{why}");
    market.moved(0).await;
}
