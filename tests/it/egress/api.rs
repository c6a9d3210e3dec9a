//! The operator's client.

use actix_web::web::{self, Bytes, Json};
use actix_web::{HttpRequest, HttpResponse};
use chainkeel::egress::{Api, HeaderMap, Method};
use futures::TryStreamExt as _;
use serde_json::{Value, json};

use crate::support::peer::Peer;

fn chainkeel(config: &mut web::ServiceConfig) {
    let echo = |request: HttpRequest, body: Option<Json<Value>>| async move {
        let key = request.headers().get("authorization").map(|key| key.to_str().unwrap());
        let body = body.map(Json::into_inner);
        HttpResponse::Created()
            .json(json!({"uri": request.uri().to_string(), "key": key, "body": body}))
    };
    let events = |request: HttpRequest| async move {
        let last = request.headers().get("last-event-id").map(|id| id.to_str().unwrap());
        let text = Bytes::from(format!("data: after {}\n\n", last.unwrap_or("nothing")));
        HttpResponse::Ok().content_type("text/event-stream").body(text)
    };
    config
        .route("/base/v1/stream", web::get().to(events))
        .route("/base/v1/nothing", web::to(HttpResponse::NoContent))
        .route("/base/v1/prose", web::to(|| async { "prose" }))
        .default_service(web::to(echo));
}

#[actix_web::test]
async fn a_call_carries_key_and_body_and_brings_json_or_nothing() {
    let server = Peer::start(chainkeel);
    let api = Api::new(&server.url("/base"), Some("ck_live_x")).unwrap();
    let body = json!({"a": 1});
    let answer = api.call(Method::POST, "/v1/runs?limit=5", HeaderMap::new(), Some(&body)).await;
    let answer = answer.unwrap();
    assert_eq!(answer.status.as_u16(), 201);
    let expected = json!({"uri": "/base/v1/runs?limit=5", "key": "Bearer ck_live_x", "body": body});
    assert_eq!(answer.body, expected);
    let nothing = api.call(Method::GET, "/v1/nothing", HeaderMap::new(), None).await.unwrap();
    assert_eq!(nothing.body, Value::Null);
    let prose = api.call(Method::GET, "/v1/prose", HeaderMap::new(), None).await.unwrap_err();
    assert_eq!(prose.code(), "response_unreadable");
}

#[actix_web::test]
async fn a_stream_is_given_as_its_bytes_and_resumes_after_an_event() {
    let server = Peer::start(chainkeel);
    let api = Api::new(&server.url("/base/"), None).unwrap();
    let (status, bytes) = api.events("/v1/stream", Some("41")).await.unwrap();
    assert_eq!(status.as_u16(), 200);
    let text: Vec<Bytes> = bytes.try_collect().await.unwrap();
    assert_eq!(text.concat(), b"data: after 41\n\n");
}
