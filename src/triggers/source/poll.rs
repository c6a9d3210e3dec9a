//! What a source is asked, and what is new in its answer.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::cursor::{is_number, order, successor};
use super::{Cursor, Item, feed, item, place};
use crate::catalog::{Asked, Format, Newness, Source};

/// Ids of the source itself are kept as they are up to here, and as their hash beyond.
const MAX_ID: usize = 400;

/// What came of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// What is new in it, the oldest first.
    pub items: Vec<Item>,
    /// How far the source has been read, once these have been dealt with.
    pub cursor: Cursor,
    /// Whether there is more to be read at once.
    pub more: bool,
}

/// Why an answer cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    /// It has not the form of the source.
    #[error("the answer cannot be read: {0}")]
    Form(String),
    /// It says itself that it is none.
    #[error("the source answers with an error: {0}")]
    Error(String),
    /// The settings do not make a question.
    #[error("the settings do not make a URL")]
    Settings,
}

/// What a source is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Where.
    pub url: String,
    /// What is sent; it is asked by GET where there is nothing.
    pub body: Option<Value>,
}

/// The next question. `now` is in seconds since 1970.
pub fn question(
    asked: &Asked,
    settings: &Value,
    cursor: Option<&Cursor>,
    now: i64,
) -> Result<Question, NotRead> {
    let (template, at) = match (&asked.cursor, cursor) {
        (Newness::History { first, .. }, None) => (first, String::new()),
        (Newness::Newest { start, .. }, None) if start == "now" => (&asked.url, now.to_string()),
        (Newness::Newest { start, .. }, None) => (&asked.url, start.clone()),
        (Newness::Seen, None) => (&asked.url, String::new()),
        (_, Some(cursor)) => (&asked.url, cursor.at.clone()),
    };
    let known = |name: &str| -> Option<Cow<'_, str>> {
        let text = match name {
            "cursor" => at.clone(),
            "cursor+1" => successor(&at).unwrap_or_else(|| at.clone()),
            // A whole URL is the setting of a feed.
            "url" if template == "{url}" => return place::setting(settings, name).map(Cow::Owned),
            name => place::setting(settings, name)?,
        };
        Some(Cow::Owned(url::form_urlencoded::byte_serialize(text.as_bytes()).collect()))
    };
    let text = place::filled(template, known).ok_or(NotRead::Settings)?;
    let mut url = Url::parse(&text).map_err(|_| NotRead::Settings)?;
    let page = cursor.and_then(|it| it.page.as_ref());
    let parameter = asked.pages.as_ref().and_then(|pages| pages.parameter.as_ref());
    if let (Some(parameter), Some(page)) = (parameter, page) {
        url.query_pairs_mut().append_pair(parameter, page);
    }
    let known = |name: &str| match name {
        "cursor" => Some(at.clone()),
        "page" => page.cloned(),
        name => place::setting(settings, name),
    };
    let body = asked.body.as_ref().map(|body| spelled(body, &known).ok_or(NotRead::Settings));
    Ok(Question { url: url.into(), body: body.transpose()? })
}

/// A value with what is known in its texts; fields that hold what is not known are left out.
fn spelled(value: &Value, known: &impl Fn(&str) -> Option<String>) -> Option<Value> {
    Some(match value {
        Value::String(text) => place::filled(text, |name| known(name).map(Cow::Owned))?.into(),
        Value::Array(elements) => {
            elements.iter().map(|it| spelled(it, known)).collect::<Option<Vec<_>>>()?.into()
        }
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.filter_map(|(name, it)| Some((name.clone(), spelled(it, known)?)));
            Value::Object(fields.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}

/// What is new in an answer, and how far the source has then been read.
pub fn read(
    source: &Source,
    asked: &Asked,
    settings: &Value,
    cursor: Option<&Cursor>,
    (answer, now): (&[u8], i64),
) -> Result<Answered, NotRead> {
    let answer = match asked.format {
        Format::Json => {
            serde_json::from_slice(answer).map_err(|error| NotRead::Form(error.to_string()))?
        }
        Format::Feed => feed::read(answer).map_err(NotRead::Form)?,
    };
    for (path, wanted) in &asked.expect {
        if answer.pointer(path).unwrap_or(&Value::Null) != wanted {
            let error = ["/error", "/error/message"].iter().find_map(|it| place::text(&answer, it));
            let error = error.unwrap_or_else(|| format!("`{path}`"));
            return Err(NotRead::Error(error.chars().take(200).collect()));
        }
    }
    if let (Newness::History { path, .. }, None) = (&asked.cursor, cursor) {
        let at = place::text(&answer, path).ok_or_else(|| missing(path))?;
        return Ok(Answered {
            items: Vec::new(),
            cursor: Cursor { at, ..Cursor::default() },
            more: false,
        });
    }
    let found = place::all(&answer, &asked.items);
    let found: Vec<&Value> = found
        .into_iter()
        .flat_map(|value| match value {
            Value::Array(elements) => elements.iter().collect(),
            Value::Null => Vec::new(),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => vec![value],
        })
        .collect();
    let page = asked.pages.as_ref().and_then(|pages| {
        place::all(&answer, &pages.path).last().and_then(|last| place::text(last, ""))
    });
    let page = page.filter(|page| !page.is_empty());
    let ids: Vec<String> = found
        .iter()
        .map(|found| id_of(found, &asked.id).ok_or_else(|| missing(&asked.id)))
        .collect::<Result<_, _>>()?;
    let (new, cursor) = match &asked.cursor {
        Newness::Seen => {
            let known = |id: &String| cursor.is_none_or(|cursor| cursor.seen.contains(id));
            let new = ids.iter().map(|id| !known(id)).collect();
            (new, Cursor::of_seen(ids.clone()))
        }
        Newness::Newest { path, start } => newest(&found, path, start, (cursor, page), now)?,
        Newness::History { path, .. } => {
            let before = cursor.cloned().unwrap_or_default();
            let next = place::text(&answer, path).unwrap_or_else(|| before.at.clone());
            let cursor = match page {
                Some(page) => Cursor { page: Some(page), ..before },
                None => Cursor { at: next, ..Cursor::default() },
            };
            (vec![true; found.len()], cursor)
        }
    };
    let none = BTreeMap::new();
    let counted = found.into_iter().zip(ids).zip(new);
    let counted =
        counted.filter(|((found, _), new)| *new && item::counts(source, settings, &none, found));
    let mut counted: Vec<(&Value, String)> = counted.map(|(counted, _)| counted).collect();
    match &asked.cursor {
        // Most sources tell the newest first.
        Newness::Seen => counted.reverse(),
        Newness::Newest { path, .. } => counted.sort_by(|(one, _), (other, _)| {
            let number = |item| place::text(item, path).unwrap_or_default();
            order(&number(one), &number(other))
        }),
        Newness::History { .. } => {}
    }
    let items = counted.into_iter();
    let items = items.map(|(found, id)| Item { id, body: item::told(source, found) }).collect();
    let more = cursor.page.is_some();
    Ok(Answered { items, cursor, more })
}

/// The items above the cursor; the cursor moves when the last page was read.
fn newest(
    found: &[&Value],
    path: &str,
    start: &str,
    (cursor, page): (Option<&Cursor>, Option<String>),
    now: i64,
) -> Result<(Vec<bool>, Cursor), NotRead> {
    let (mut new, mut top) = (Vec::new(), cursor.map(|it| it.next.clone()).unwrap_or_default());
    let at = cursor.map_or_else(String::new, |cursor| cursor.at.clone());
    if top.is_empty() {
        top.clone_from(&at);
    }
    for item in found {
        let number = place::text(item, path).filter(|text| is_number(text));
        let number = number.ok_or_else(|| missing(path))?;
        new.push(cursor.is_some() && order(&number, &at).is_gt());
        if order(&number, &top).is_gt() {
            top = number;
        }
    }
    if cursor.is_none() {
        // What is there already started nothing, and will not.
        let first = if start == "now" { now.to_string() } else { start.to_owned() };
        let at = if top.is_empty() { first } else { top };
        return Ok((new, Cursor { at, ..Cursor::default() }));
    }
    // Where something older stands on a page, everything behind it is older still.
    let cursor = match page.filter(|_| new.iter().all(|new| *new)) {
        Some(page) => Cursor { at, page: Some(page), next: top, seen: Vec::new() },
        None => Cursor { at: top, ..Cursor::default() },
    };
    Ok((new, cursor))
}

/// The id of an item. Hexadecimal numbers are written in large or small letters, and are the same.
pub(super) fn id_of(item: &Value, path: &str) -> Option<String> {
    let parts = path.split_whitespace().map(|path| place::text(item, path).map(lowered));
    let id = parts.collect::<Option<Vec<_>>>()?.join(":");
    (!id.is_empty() && id.len() <= MAX_ID).then_some(id)
}

fn lowered(text: String) -> String {
    match text.strip_prefix("0x") {
        Some(digits) if digits.bytes().all(|it| it.is_ascii_hexdigit()) => text.to_lowercase(),
        Some(_) | None => text,
    }
}

fn missing(path: &str) -> NotRead {
    NotRead::Form(format!("nothing usable stands at `{path}`"))
}
