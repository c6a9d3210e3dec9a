//! RSS and Atom as JSON: what readers of feeds show, and nothing of the rest. No entities are
//! declared, nothing is fetched, and what is no feed is refused.

use serde_json::{Map, Value, json};

/// How many items of a feed are read.
const MOST: usize = 500;
/// How long a field may be; the rest of it is left out.
const MAX_FIELD: usize = 16 * 1024;

/// The fields of an item, each with the elements that it may come from, the better ones first.
const FIELDS: [(&str, &[&str]); 6] = [
    ("id", &["guid", "id", "link"]),
    ("title", &["title"]),
    ("link", &["link"]),
    ("text", &["content:encoded", "content", "description", "summary"]),
    ("author", &["dc:creator", "author"]),
    ("published", &["pubdate", "published", "dc:date", "updated"]),
];

/// The items of a feed, in its order.
pub(super) fn read(bytes: &[u8]) -> Result<Value, String> {
    let text = String::from_utf8_lossy(bytes);
    let lower = text.to_ascii_lowercase();
    let atom = lower.contains("<feed");
    if !atom && !lower.contains("<rss") && !lower.contains("<rdf") {
        return Err("it is neither RSS nor Atom".to_owned());
    }
    let name = if atom { "entry" } else { "item" };
    let mut items = Vec::new();
    let mut at = 0;
    while items.len() < MOST {
        let Some((start, inner)) = opening(&lower, name, at) else { break };
        let end = lower[inner..].find(&format!("</{name}")).map(|end| inner + end);
        let Some(end) = end else { return Err(format!("a <{name}> does not end")) };
        debug_assert!(start < inner);
        items.push(item(&text[inner..end], &lower[inner..end]));
        at = end;
    }
    Ok(json!({"items": items}))
}

/// Where an element of this name begins, and where its content does.
fn opening(lower: &str, name: &str, from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        let start = at + lower.get(at..)?.find(&format!("<{name}"))?;
        let behind = start + 1 + name.len();
        let next = lower[behind..].chars().next()?;
        let end = behind + lower[behind..].find('>')?;
        if next == '>' || next == '/' || next.is_whitespace() {
            return Some((start, end + 1));
        }
        at = behind;
    }
}

fn item(text: &str, lower: &str) -> Value {
    let mut fields = Map::new();
    for (field, names) in FIELDS {
        let found = names.iter().find_map(|name| {
            let found = element(text, lower, name)?;
            (!found.is_empty()).then_some(found)
        });
        fields.insert(field.to_owned(), found.map_or(Value::Null, Value::String));
    }
    Value::Object(fields)
}

/// The text of the first element of this name; of Atom's links the address.
fn element(text: &str, lower: &str, name: &str) -> Option<String> {
    let (start, inner) = opening(lower, name, 0)?;
    let tag = &text[start..inner];
    if name == "link"
        && let Some(at) = tag.to_ascii_lowercase().find("href=")
    {
        let rest = &tag[at + "href=".len()..];
        let quote = rest.chars().next().filter(|mark| ['"', '\''].contains(mark))?;
        return rest[1..].split_once(quote).map(|(address, _)| unescape(address));
    }
    if tag.ends_with("/>") {
        return None;
    }
    let end = inner + lower[inner..].find(&format!("</{name}"))?;
    let raw = text[inner..end].trim();
    let plain = match raw.strip_prefix("<![CDATA[").and_then(|raw| raw.strip_suffix("]]>")) {
        Some(raw) => raw.to_owned(),
        // Atom's authors are named by an element of their own.
        None => match element(raw, &raw.to_ascii_lowercase(), "name") {
            Some(named) if name == "author" => named,
            Some(_) | None => unescape(raw),
        },
    };
    Some(plain.trim().chars().filter(|it| *it != '\0').take(MAX_FIELD).collect())
}

/// The five entities of XML and numbered characters.
fn unescape(text: &str) -> String {
    let (mut plain, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once('&') {
        plain.push_str(before);
        let known = behind.split_once(';').filter(|(name, _)| name.len() <= 10);
        let character = known.and_then(|(name, _)| match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            name => {
                let digits = name.strip_prefix('#')?;
                let code = match digits.strip_prefix(['x', 'X']) {
                    Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                    None => digits.parse().ok()?,
                };
                char::from_u32(code)
            }
        });
        if let (Some(character), Some((_, after))) = (character, known) {
            plain.push(character);
            rest = after;
        } else {
            plain.push('&');
            rest = behind;
        }
    }
    plain.push_str(rest);
    plain
}
