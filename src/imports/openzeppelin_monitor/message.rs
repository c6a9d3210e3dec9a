//! Texts with variables, as texts with expressions.

use super::monitor::Scene;

/// A text in which `${variable}` stands, with expressions in their places. What has no counterpart
/// stays as it is, and is named.
pub(super) fn translated(text: &str, scene: &Scene<'_>, unknown: &mut Vec<String>) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        let name = rest[start + 2..start + length].trim();
        said.push_str(&rest[..start]);
        if let Some(expression) = variable(name, scene) {
            said.push_str(&expression);
        } else {
            unknown.push(name.to_owned());
            said.extend(["(", name, ")"]);
        }
        rest = &rest[start + length + 1..];
    }
    said.push_str(rest);
    said
}

fn variable(name: &str, scene: &Scene<'_>) -> Option<String> {
    let told = |field: &str| Some(format!("{{{{$trigger.body.{field}}}}}"));
    match name {
        "monitor.name" => return Some(scene.monitor.to_owned()),
        "network.slug" | "monitor.network" => return Some(scene.network.to_owned()),
        "transaction.hash" => return told("transactionHash"),
        "transaction.from" if scene.is_transaction => return told("from"),
        "transaction.to" if scene.is_transaction => return told("to"),
        "transaction.value" if scene.is_transaction => return told("value"),
        "block.number" => return told("blockNumber"),
        "block.hash" => return told("blockHash"),
        _ => {}
    }
    // Of a transaction's events, a run is told its own.
    let event = scene.event?;
    let (_, field) = name.strip_prefix("events.")?.split_once('.')?;
    let Some(argument) = field.strip_prefix("args.") else {
        return (field == "signature").then(|| event.to_owned());
    };
    let is_known = scene.arguments.iter().any(|it| it == argument);
    is_known.then(|| format!("{{{{$trigger.body.args.{argument}}}}}"))
}
