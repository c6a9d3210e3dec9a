//! What of a delivery a run is told, where its trigger is a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Json, Node};

use crate::catalog::{By, Source};
use crate::http::problem::{Code, Problem};
use crate::triggers::source::of_delivery;

/// The kind of trigger that a run of this root is told of.
pub(in crate::http) fn kind_of(root: Option<&Node>) -> String {
    let source = root.and_then(|root| Source::named(&root.kind));
    source.map_or_else(|| "webhook".to_owned(), |source| source.kind.clone())
}

/// What a run is told; nothing where the delivery is none that its trigger asks for.
pub(in crate::http) fn sift(
    root: Option<&Node>,
    headers: &BTreeMap<String, String>,
    body: Json,
) -> Result<Option<Json>, Problem> {
    let source = root.and_then(|root| Some((root, Source::named(&root.kind)?)));
    let Some((root, source)) = source else { return Ok(Some(body)) };
    let By::Webhook(sent) = &source.by else { return Ok(None) };
    let item = of_delivery(source, sent, &root.payload, headers, &body);
    let item = item.map_err(|wrong| Problem::new(Code::InvalidBody).because(wrong))?;
    Ok(item.map(Arc::new))
}
