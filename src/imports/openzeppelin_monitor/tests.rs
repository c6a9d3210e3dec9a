use engine::NodeId;
use serde_json::{Value, json};

use super::*;
use crate::triggers::Contracts;

const TOKEN: &str = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";

fn file(path: &str, content: Value) -> File {
    File { path: path.to_owned(), content }
}

fn mainnet() -> File {
    file(
        "networks/ethereum.json",
        json!({
            "network_type": "EVM", "slug": "ethereum_mainnet", "name": "Ethereum", "chain_id": 1,
            "rpc_urls": [
                {"type_": "rpc", "url": {"type": "plain", "value": "https://eth.example.com"}, "weight": 100},
                {"type_": "rpc", "url": {"type": "environment", "value": "RPC_URL"}, "weight": 50},
            ],
            "block_time_ms": 12000, "confirmation_blocks": 12, "cron_schedule": "0 */1 * * * *",
        }),
    )
}

fn channels() -> File {
    let message = json!({
        "title": "Large transfer",
        "body": "${monitor.name}: ${events.0.args.value} by ${transaction.hash} (${events.0.signature}, ${transaction.gas_used})",
    });
    file(
        "triggers/channels.json",
        json!({
            "slack": {"name": "Slack", "trigger_type": "slack", "config": {
                "slack_url": {"type": "plain", "value": "https://hooks.slack.com/services/A/B/C"}, "message": message}},
            "hook": {"name": "Hook", "trigger_type": "webhook", "config": {
                "url": {"type": "environment", "value": "HOOK"}, "method": "POST",
                "headers": {"X-Team": "ops"}, "secret": {"type": "plain", "value": "s"}, "message": message}},
            "bot": {"name": "Bot", "trigger_type": "telegram", "config": {
                "token": {"type": "plain", "value": "1:x"}, "chat_id": "-100", "message": message}},
            "mail": {"name": "Mail", "trigger_type": "email", "config": {"message": message}},
        }),
    )
}

fn monitor(conditions: &Value, more: &Value) -> File {
    let mut content = json!({
        "name": "Large transfers", "paused": false, "networks": ["ethereum_mainnet"],
        "addresses": [{"address": TOKEN.to_lowercase(), "contract_spec": null}],
        "match_conditions": conditions, "trigger_conditions": [], "triggers": ["slack"],
    });
    content.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    file("monitors/large.json", content)
}

fn imported(monitor: File) -> Imported {
    let files =
        Files { networks: vec![mainnet()], monitors: vec![monitor], triggers: vec![channels()] };
    let imported = import(&files);
    for workflow in &imported.workflows {
        let parsed = engine::parse(&workflow.definition).unwrap();
        let problems = engine::validate(&parsed, &Contracts::builtin());
        // A connector is chosen when there is one.
        let problems: Vec<_> =
            problems.iter().filter(|it| !it.message.contains("connector")).collect();
        assert!(problems.is_empty(), "{problems:?}: {:#}", workflow.definition);
        assert!(parsed.nodes().contains_key(NodeId::ROOT));
    }
    imported
}

fn left(imported: &Imported, place: &str) -> bool {
    imported.left.iter().any(|it| format!("{}{}", it.source, it.place) == place)
}

#[test]
fn a_monitor_of_an_event_becomes_a_workflow_with_its_expression_and_its_channels() {
    let conditions = json!({
        "functions": [], "transactions": [{"status": "Success", "expression": null}],
        "events": [{"signature": "Transfer(address,address,uint256)",
                    "expression": "value > 10000000000 AND (to == '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48' OR from != 0x0000000000000000000000000000000000000000)"}],
    });
    let imported =
        imported(monitor(&conditions, &json!({"triggers": ["slack", "hook", "bot", "mail"]})));
    assert_eq!(imported.workflows.len(), 1);
    let workflow = &imported.workflows[0];
    let nodes = &workflow.definition["nodes"];
    assert_eq!(
        nodes["root"]["payload"],
        json!({
            "chainId": 1, "contractAddress": [TOKEN], "delivery": {"confirmations": 12},
            "eventSignature": "Transfer(address indexed from, address indexed to, uint256 value)",
            "filter": {"$and": [{"value": {"$gt": "10000000000"}}, {"$or": [
                {"to": {"$eq": TOKEN}},
                {"from": {"$ne": "0x0000000000000000000000000000000000000000"}}]}]},
        })
    );
    let text = nodes["tell1"]["payload"]["body"]["text"].as_str().unwrap();
    assert!(text.contains(
        "Large transfers: {{$trigger.body.args.value}} by {{$trigger.body.transactionHash}}"
    ));
    assert_eq!(nodes["tell2"]["payload"]["headers"], json!({"X-Team": "ops"}));
    assert_eq!(nodes["tell3"]["connector"]["type"], "telegram");
    assert_eq!(imported.endpoints, ["1=https://eth.example.com"]);
    for place in [
        "networks/ethereum.json/rpc_urls/1/url",
        "triggers/channels.json/mail",
        "triggers/channels.json/hook/config/url",
        "triggers/channels.json/hook/config/secret",
        "triggers/channels.json/bot/config/token",
        "monitors/large.json/triggers/3",
    ] {
        assert!(left(&imported, place), "{place}: {:#?}", imported.left);
    }
    let gas = imported.left.iter().find(|it| it.message.contains("transaction.gas_used"));
    assert!(gas.is_some(), "{:#?}", imported.left);
}

#[test]
fn the_abi_of_a_contract_says_how_its_events_are_read() {
    let abi = json!([{"type": "event", "name": "Ordered", "anonymous": false, "inputs": [
        {"name": "order", "type": "tuple", "indexed": false, "components": [
            {"name": "maker", "type": "address"}, {"name": "amount", "type": "uint256"}]},
        {"name": "memo", "type": "string", "indexed": false}]}]);
    let addresses = json!([{"address": TOKEN, "contract_spec": abi}]);
    let conditions = json!({"events": [
        {"signature": "Ordered((address,uint256),string)", "expression": "order.amount >= 5 OR memo starts_with 'VIP'"},
        {"signature": "Lost(uint256)", "expression": null},
        {"signature": "Ordered((address,uint256),string)", "expression": "nothing > 5"},
        {"signature": "Ordered((address,uint256),string)", "expression": "memo >"}]});
    let imported = imported(monitor(&conditions, &json!({"addresses": addresses})));
    assert_eq!(imported.workflows.len(), 1);
    let payload = &imported.workflows[0].definition["nodes"]["root"]["payload"];
    assert_eq!(
        payload["filter"],
        json!({"$or": [{"order.amount": {"$gte": "5"}}, {"memo": {"$startsWith": "VIP"}}]})
    );
    for place in ["events/1/signature", "events/2/expression", "events/3/expression"] {
        let place = format!("monitors/large.json/match_conditions/{place}");
        assert!(left(&imported, &place), "{place}: {:#?}", imported.left);
    }
}

#[test]
fn transactions_are_watched_from_and_to_the_addresses() {
    let conditions = json!({"transactions": [
        {"status": "Failure", "expression": "value >= 1000000000000000000"},
        {"status": "Any", "expression": "gas_price > 5"}]});
    let imported = imported(monitor(&conditions, &json!({"triggers": [], "paused": true})));
    let kinds: Vec<_> =
        imported.workflows.iter().map(|it| &it.definition["nodes"]["root"]["payload"]).collect();
    assert_eq!(kinds.len(), 2);
    assert_eq!((&kinds[0]["from"], &kinds[1]["to"]), (&json!(TOKEN), &json!(TOKEN)));
    assert_eq!(kinds[0]["status"], "reverted");
    assert!(imported.workflows[0].is_paused);
    assert_eq!(
        imported.workflows[0].definition["nodes"]["only"]["payload"]["condition"],
        json!({"$and": [{"{{$trigger.body.value}}": {"$gte": "1000000000000000000"}}]})
    );
    assert!(left(&imported, "monitors/large.json/match_conditions/transactions/1/expression"));
}

#[test]
fn what_cannot_be_watched_is_said_and_makes_nothing() {
    let conditions =
        json!({"functions": [{"signature": "transfer(address,uint256)", "expression": null}]});
    let script = json!([{"script_path": "x.py", "language": "python"}]);
    let functions = imported(monitor(&conditions, &json!({"trigger_conditions": script})));
    assert_eq!(functions.workflows, []);
    assert!(left(&functions, "monitors/large.json/match_conditions/functions/0"));
    assert!(left(&functions, "monitors/large.json/trigger_conditions/0"));
    let elsewhere = imported(monitor(&json!({}), &json!({"networks": ["stellar"]})));
    assert_eq!(elsewhere.workflows, []);
    assert!(left(&elsewhere, "monitors/large.json/networks/0"));
    let failed = json!({"events": [{"signature": "Transfer(address,address,uint256)"}],
                        "transactions": [{"status": "Failure"}]});
    assert_eq!(imported(monitor(&failed, &json!({}))).workflows, []);
    let odd =
        import(&Files { monitors: vec![file("monitors/x.json", json!([1]))], ..Files::default() });
    assert!(left(&odd, "monitors/x.json/name"));
}
