//! What the log says to machines.

use actix_web::{HttpResponse, web};
use chainkeel::egress::{Api, HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Value, json};

use crate::crash::client::Client;
use crate::crash::server::{KEY, Server};
use crate::support::database;
use crate::support::peer::Peer;

#[actix_web::test]
async fn lines_for_machines_say_of_which_request_and_which_run_they_are() {
    // given a server that logs all that it has to say
    let (database, data_dir) = (database().await, tempfile::tempdir().unwrap());
    let peer = Peer::start(|config| {
        config.default_service(web::to(|| async { HttpResponse::Ok().json(json!({})) }));
    });
    let path = data_dir.path().join("log");
    let log = std::fs::File::create(&path).unwrap();
    let server = Server::that_logs(&database.url, &data_dir, &peer.opening(), log);
    let client = Client::of(&server.url);
    let workflow = client
        .publish(&json!({"nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["ask"]},
            "ask": {"type": "http-request", "payload": {"url": peer.url("/")}},
        }}))
        .await;
    // when a request with an id of its own begins a run
    let id = HeaderValue::from_static("req-of-the-test");
    let headers = HeaderMap::from_iter([(HeaderName::from_static("x-request-id"), id)]);
    let api = Api::new(&server.url, Some(KEY)).unwrap();
    let path_of_run = format!("/v1/workflows/{workflow}/run");
    let begun = api.call(Method::POST, &path_of_run, headers, Some(&json!({}))).await.unwrap();
    let run = begun.body["data"]["runId"].as_str().unwrap().to_owned();
    assert_eq!(client.ended(&run).await["status"], "success");
    drop(server);
    // then each line is an object, and those of the request and of the run say so
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let says = |line: &Value, words: &str| line["message"].as_str().unwrap().contains(words);
    let line = |words: &str, key: &str, value: &str| {
        let found = lines.iter().find(|line| says(line, words) && line[key] == value);
        found.unwrap_or_else(|| panic!("no line says {words} of {value} in {text}")).clone()
    };
    let answered = line("answered POST", "request.id", "req-of-the-test");
    assert_eq!(answered["span"]["request.id"], "req-of-the-test");
    let first = line("has begun", "run.id", &run);
    assert_eq!(first["request.id"], "req-of-the-test");
    let performing = line("performing ask", "run.id", &run);
    assert_eq!(performing["span"]["run.id"], json!(run));
    assert_eq!(performing["span"]["node.id"], "ask");
}
