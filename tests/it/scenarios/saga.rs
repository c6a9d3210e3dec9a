//! A journey is booked as a whole, or what was booked is given back, the last thing first.

use std::sync::Mutex;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use crate::support::peer::Peer;
use crate::support::{TestApp, app_that_reaches};

/// What the agency was asked for, in order: for whom, and what.
static ASKED: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// Whose payments are answered although they are slow.
static ANSWERED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Takes every booking and every cancellation; whose name begins with `poor` cannot pay, and whose
/// name begins with `slow` has to wait for the answer about the payment.
async fn agency(request: HttpRequest, asked: web::Json<Value>) -> HttpResponse {
    let path = request.path().to_owned();
    let traveller = asked["traveller"].as_str().or(asked["booking"].as_str()).unwrap().to_owned();
    ASKED.lock().unwrap().push((traveller.clone(), path.clone()));
    if path.starts_with("/payments") && traveller.starts_with("poor") {
        return HttpResponse::PaymentRequired().json(json!({"error": "no money"}));
    }
    while path == "/payments"
        && traveller.starts_with("slow")
        && !ANSWERED.lock().unwrap().contains(&traveller)
    {
        actix_web::rt::time::sleep(Duration::from_millis(10)).await;
    }
    HttpResponse::Ok().json(json!({ "booking": traveller }))
}

fn asked_for(traveller: &str) -> Vec<String> {
    let asked = ASKED.lock().unwrap();
    let theirs = asked.iter().filter(|(name, _)| name == traveller);
    theirs.map(|(_, path)| path.clone()).collect()
}

struct Agency {
    app: TestApp,
    peer: Peer,
    workflow: String,
}

async fn agency_that_books() -> Agency {
    let peer = Peer::start(|config| {
        config.default_service(web::to(agency));
    });
    let app = app_that_reaches(&[peer.opening()]).await;
    let example: Value =
        serde_json::from_str(include_str!("../../../examples/travel-saga.json")).unwrap();
    let workflow = app.published(&example["definition"]).await;
    Agency { app, peer, workflow }
}

impl Agency {
    async fn books_for(&self, traveller: &str) -> String {
        let payload = json!({ "endpoint": self.peer.url(""), "traveller": traveller });
        self.app.run_of(&self.workflow, &payload).await
    }

    /// The types of the events of a run that tell of its end.
    async fn end_of(&self, run: &str) -> Vec<&'static str> {
        let facts = self.app.facts(run).await;
        let end = facts.iter().map(engine::Fact::name).rev().take(3).collect::<Vec<_>>();
        end.into_iter().rev().collect()
    }
}

#[actix_web::test]
async fn a_payment_that_fails_gives_the_bookings_back_the_last_one_first() {
    let agency = agency_that_books().await;
    let run = agency.books_for("poor Ada").await;
    agency.app.until_status(&run, "failure").await;

    let bought = ["/flights", "/hotels", "/payments", "/payments/other-card"];
    let expected = [&bought[..], &["/hotels/cancel", "/flights/cancel"]].concat();
    assert_eq!(asked_for("poor Ada"), expected);
    assert_eq!(agency.end_of(&run).await, ["compensation_ended", "event_emitted", "failed"]);
    let shown = agency.app.client.data(&format!("/v1/runs/{run}")).await;
    assert_eq!(shown["failure"]["details"]["status"], 402);
    assert_eq!(shown["onRetry"]["beginsWith"], json!(["flight", "hotel", "other-card"]));
    agency.app.replays(&run).await;
}

#[actix_web::test]
async fn a_journey_that_is_paid_gives_nothing_back() {
    let agency = agency_that_books().await;
    let run = agency.books_for("Bob").await;
    agency.app.until_status(&run, "success").await;
    assert_eq!(asked_for("Bob"), ["/flights", "/hotels", "/payments"]);
    let facts = agency.app.facts(&run).await;
    let told = facts.iter().find(|fact| fact.name() == "event_emitted");
    let Some(engine::Fact::EventEmitted { event, payload, .. }) = told else { panic!("{facts:?}") };
    let expected = json!({ "traveller": "Bob", "flight": "Bob", "hotel": "Bob" });
    assert_eq!((event.as_str(), &**payload), ("journey.booked", &expected));
    agency.app.replays(&run).await;
}

#[actix_web::test]
async fn a_cancelled_journey_is_given_back_when_that_is_asked_for() {
    let agency = agency_that_books().await;
    for (traveller, compensates) in [("slow Eve", true), ("slow Dan", false)] {
        // given a journey whose payment is under way
        let run = agency.books_for(traveller).await;
        let asked = || async { asked_for(traveller) };
        agency.app.eventually(asked, |asked| asked.len() == 3).await;

        // when it is cancelled
        let body = json!({ "reason": "ill", "shouldCompensate": compensates });
        agency.app.client.post(&format!("/v1/runs/{run}/cancel"), &body).await.data();
        ANSWERED.lock().unwrap().push(traveller.to_owned());
        agency.app.until_status(&run, "cancelled").await;

        // then the payment has settled, and the bookings are given back or stand
        let mut expected = vec!["/flights", "/hotels", "/payments"];
        if compensates {
            expected.extend(["/hotels/cancel", "/flights/cancel"]);
        }
        assert_eq!(asked_for(traveller), expected);
        agency.app.replays(&run).await;
    }
}
