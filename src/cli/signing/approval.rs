//! Questions for approval, of transactions and of documents: how they stand, and answers to them.

use serde_json::{Value, json};

use crate::cli::client::{Client, Error};
use crate::cli::print::{line, tell};
use crate::cli::workflow::text_of;

/// Answers as one of those who are asked.
pub(super) async fn answer(
    client: &Client,
    path: &str,
    (digest, comment): (&str, Option<String>),
    show: fn(&Value),
) -> Result<(), Error> {
    let body = json!({ "digest": digest, "comment": comment });
    let answer = client.post(path, &body).await?;
    tell(client, &answer, show);
    Ok(())
}

/// Who is asked, how that stands, and how to answer by this command.
pub(super) fn approval(shown: &Value, command: &str) {
    let approval = &shown["approval"];
    if approval.is_null() {
        return;
    }
    let digest = text_of(approval, "digest");
    line(&format!("  approval: {}, of {digest}", text_of(approval, "state")));
    for need in approval["needs"].as_array().into_iter().flatten() {
        let people = need["approvers"].as_array().into_iter().flatten();
        let people = people.filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
        line(&format!(
            "    {} of {people} ({}, {}), {} missing, until {}",
            need["needed"],
            text_of(need, "policy"),
            text_of(need, "approval"),
            need["missing"],
            text_of(need, "expiresAt"),
        ));
    }
    if text_of(approval, "state") == "pending" {
        let id = text_of(shown, "id");
        line(&format!("    answer: chainkeel {command} approve|reject {id} {digest}"));
    }
}
