//! Events: defined, published once, found again, and refused where too many wait.

use chainkeel::http::rates::Config;
use serde_json::{Value, json};

use crate::support::client::Response;
use crate::support::{TestApp, app, app_with_limits};

async fn publish(app: &TestApp, body: &Value) -> Response {
    app.client.post("/v1/events", body).await
}

#[actix_web::test]
async fn an_event_that_has_a_definition_is_held_against_it() {
    // given a definition over a registered schema, and a draft of its next version
    let app = app().await;
    let order = json!({
        "type": "object", "required": ["amount"], "properties": {"amount": {"type": "integer"}},
    });
    let schema = json!({"namespace": "shop", "name": "order", "schema": order});
    app.client.post("/v1/validation/schemas", &schema).await.data();
    let definition = json!({
        "name": "order.paid", "payloadSchema": "schema:shop/order@1.0.0",
        "sourceTypes": ["service"], "examples": [{"amount": 7}], "description": "Somebody paid",
    });
    let created = app.client.post("/v1/event-definitions", &definition).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let id = created.data()["id"].as_str().unwrap().to_owned();
    let mut next = definition.clone();
    next["version"] = json!("2.0.0");
    next["status"] = json!("draft");
    next["payloadSchema"] = json!({"type": "object", "required": ["total"]});
    next["examples"] = json!([{"amount": 7}]);
    let misfit = app.client.post("/v1/event-definitions", &next).await;
    assert_eq!((misfit.status, misfit.code().as_str()), (422, "invalid-event"));
    assert_eq!(misfit.json()["details"][0]["path"], "/examples/0");
    next["examples"] = json!([{"total": 7}]);
    app.client.post("/v1/event-definitions", &next).await.data();
    let again = app.client.post("/v1/event-definitions", &definition).await;
    assert_eq!((again.status, again.code().as_str()), (409, "event-definition-refuses"));

    // when events of its name come, then what does not fit is refused with its place
    let event = |payload: Value, more: Value| {
        let mut body = json!({"event": "order.paid", "payload": payload, "sourceType": "service"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let fits = publish(&app, &event(json!({"amount": 7}), json!({}))).await.data();
    let shown = fits["eventId"].as_str().unwrap();
    let shown = app.client.data(&format!("/v1/events/{shown}")).await;
    assert_eq!((&shown["version"], &shown["sourceType"]), (&json!("1.0.0"), &json!("service")));
    for (body, place) in [
        (event(json!({"amount": "7"}), json!({})), "/payload/amount"),
        (event(json!({}), json!({})), "/payload"),
        (event(json!({"amount": 7}), json!({"sourceType": "task"})), "/sourceType"),
        (event(json!({"total": 7}), json!({"version": "2.0.0"})), "/version"),
    ] {
        let refused = publish(&app, &body).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-event"), "{body}");
        assert_eq!(refused.json()["details"][0]["path"], place, "{body}");
    }

    // and when the draft holds, it is the one that counts
    let path = format!("/v1/event-definitions/{id}/status");
    let active = json!({"version": "2.0.0", "status": "active"});
    assert_eq!(app.client.post(&path, &active).await.data()["status"], "active");
    assert_eq!(publish(&app, &event(json!({"total": 7}), json!({}))).await.status, 202);
    let old = event(json!({"amount": 7}), json!({"version": "1.0.0"}));
    assert_eq!(publish(&app, &old).await.status, 202);
    let head = app.head().await;
    let path = format!("/v1/event-definitions?name=order.paid&minPosition={head}");
    assert_eq!(app.client.data(&path).await["items"].as_array().unwrap().len(), 2);

    // and where the organization wants definitions, other events are refused
    let free = json!({"event": "order.seen"});
    assert_eq!(publish(&app, &free).await.status, 202);
    let policy = app.client.request("PUT", "/v1/organization/event-policy");
    policy.json(&json!({"definitionsRequired": true})).send().await.data();
    let refused = publish(&app, &free).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-event"));
}

#[actix_web::test]
async fn what_is_sent_twice_is_published_once_and_found_by_what_is_said_about_it() {
    // given an event with an id of its sender
    let app = app().await;
    let body = json!({
        "id": "shop-1", "event": "order.paid", "payload": {"amount": 7}, "source": "shop",
        "timestamp": "2026-11-28T08:00:00Z",
        "metadata": {"correlationId": "order-1", "tags": ["eu"]},
    });
    let first = publish(&app, &body).await.data();

    // when it comes again, even as something else, then it is the first one
    let mut other = body.clone();
    other["payload"] = json!({"amount": 8});
    let again = publish(&app, &other).await.data();
    assert_eq!((&again["eventId"], &again["repeated"]), (&first["eventId"], &json!(true)));
    assert_eq!(again["position"], first["position"]);
    let stranger = app.organization("Elsewhere").await;
    let theirs = stranger.post("/v1/events", &body).await.data();
    assert_ne!(theirs["eventId"], first["eventId"], "ids are those of an organization");

    // and a batch takes each event by itself, and once
    let batch = json!({"events": [
        {"event": "order.sent", "metadata": {"correlationId": "order-1"}},
        {"event": "not a name"}, body,
    ]});
    let keyed = || {
        let request = app.client.request("POST", "/v1/events/batch");
        request.header("idempotency-key", "a batch").json(&batch)
    };
    let taken = keyed().send().await.data();
    assert_eq!((&taken["taken"], &taken["refused"]), (&json!(2), &json!(1)), "{taken}");
    assert_eq!(taken["results"][0]["repeated"], false);
    assert_eq!(taken["results"][1]["details"][0]["path"], "/event");
    assert_eq!(taken["results"][2]["eventId"], first["eventId"]);
    let repeated = keyed().send().await.data();
    assert_eq!(repeated["results"][0]["eventId"], taken["results"][0]["eventId"]);
    let none = app.client.post("/v1/events/batch", &json!({"events": []})).await;
    assert_eq!((none.status, none.code().as_str()), (422, "invalid-body"));

    // then both are found
    let head = app.head().await;
    let names = async |query: &str| -> Vec<String> {
        let page = app.client.data(&format!("/v1/events?{query}&minPosition={head}")).await;
        let name = |event: &Value| event["event"].as_str().unwrap().to_owned();
        page["items"].as_array().unwrap().iter().map(name).collect()
    };
    assert_eq!(names("correlationId=order-1").await, ["order.sent", "order.paid"]);
    assert_eq!(names("pattern=*.paid&source=shop").await, ["order.paid"]);
    assert_eq!(names("pattern=order.*&until=2026-01-01T00:00:00Z").await, Vec::<String>::new());
    let wrong = app.client.get("/v1/events?pattern=order.**").await;
    assert_eq!((wrong.status, wrong.code().as_str()), (400, "invalid-query"));
    let page = app.client.data("/v1/events?limit=1").await;
    let cursor = page["cursor"].as_str().unwrap();
    let rest = app.client.data(&format!("/v1/events?limit=1&cursor={cursor}")).await;
    assert_eq!(rest["items"][0]["event"], "order.paid");
    assert_eq!(rest["items"][0]["timestamp"], "2026-11-28T08:00:00Z");
}

#[actix_web::test]
#[expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]
async fn where_too_many_events_wait_none_is_taken_until_some_are_delivered() {
    // given a delivery whose checkpoint cannot move
    let app = app_with_limits(Config { events_waiting: 3, ..Config::default() }).await;
    let event = |number: usize| json!({"id": number.to_string(), "event": "order.paid"});
    publish(&app, &event(0)).await.data();
    let delivered = |queue: &Value| queue["depth"] == 0 && queue["processed"] == 1;
    let queue = app.eventually(|| app.client.data("/v1/events/queue"), delivered).await;
    assert_eq!((&queue["state"], &queue["highWatermark"]), (&json!("active"), &json!(3)));
    let mut held = app.database.pool.begin().await.unwrap();
    sqlx::query("select from reactions where name = 'events' for update")
        .execute(&mut *held)
        .await
        .unwrap();

    // when more come than may wait, then they are refused, and what was taken is answered still
    let refused = app
        .eventually(
            || async {
                for number in 1..100 {
                    let answer = publish(&app, &event(number)).await;
                    if answer.status != 202 {
                        return Some(answer);
                    }
                }
                None
            },
            Option::is_some,
        )
        .await
        .unwrap();
    assert_eq!((refused.status, refused.code().as_str()), (429, "event-queue-full"));
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(publish(&app, &event(0)).await.data()["repeated"], true);
    let draining = |queue: &Value| queue["state"] == "draining";
    app.eventually(|| app.client.data("/v1/events/queue"), draining).await;

    // and when it moves again, the next one is taken
    held.rollback().await.unwrap();
    let next = json!({"event": "order.late"});
    app.eventually(|| publish(&app, &next), |answer| answer.status == 202).await;
}
