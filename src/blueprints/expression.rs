//! Texts with expressions in them, as far as names have to be found and replaced. What an expression
//! calculates is the engine's affair.

/// A part of a text.
enum Part<'a> {
    Plain(&'a str),
    /// What stands between `{{` and `}}`.
    Expression(&'a str),
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(begin) = rest.find("{{") {
        let Some(length) = rest[begin..].find("}}") else { break };
        if begin > 0 {
            parts.push(Part::Plain(&rest[..begin]));
        }
        parts.push(Part::Expression(&rest[begin + 2..begin + length]));
        rest = &rest[begin + length + 2..];
    }
    if !rest.is_empty() {
        parts.push(Part::Plain(rest));
    }
    parts
}

/// The expression, when it is all that the text holds.
pub(super) fn whole(text: &str) -> Option<&str> {
    match parts(text.trim()).as_slice() {
        [Part::Expression(expression)] => Some(expression.trim()),
        _ => None,
    }
}

/// Every expression of a text.
pub(super) fn each(text: &str) -> Vec<&str> {
    let expressions = parts(text).into_iter().filter_map(|part| match part {
        Part::Plain(_) => None,
        Part::Expression(expression) => Some(expression.trim()),
    });
    expressions.collect()
}

/// The text with each expression replaced by another text, braces included.
pub(super) fn map(text: &str, with: impl Fn(&str) -> String) -> String {
    let mapped = parts(text).into_iter().map(|part| match part {
        Part::Plain(plain) => plain.to_owned(),
        Part::Expression(expression) => with(expression),
    });
    mapped.collect()
}

/// A run of names with points between them, outside texts: `$nodes.pay.result`.
pub(super) fn paths(expression: &str) -> Vec<&str> {
    let mut found = Vec::new();
    walk(expression, |path, is_path| {
        if is_path {
            found.push(path);
        }
    });
    found
}

/// The expression with each such path replaced; texts in it stay as they are.
pub(super) fn map_paths(expression: &str, with: impl Fn(&str) -> String) -> String {
    let mut mapped = String::with_capacity(expression.len());
    walk(
        expression,
        |part, is_path| {
            if is_path { mapped.push_str(&with(part)) } else { mapped.push_str(part) }
        },
    );
    mapped
}

fn walk<'a>(expression: &'a str, mut each: impl FnMut(&'a str, bool)) {
    let starts = |c: char| c.is_ascii_alphabetic() || c == '$' || c == '_';
    let goes_on = |c: char| c.is_ascii_alphanumeric() || matches!(c, '$' | '_' | '-' | '.');
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let length = if first == '"' || first == '\'' {
            quoted(rest, first)
        } else if starts(first) {
            rest.find(|c| !goes_on(c)).unwrap_or(rest.len())
        } else if first.is_ascii_digit() {
            // A number with an exponent is no name.
            rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (part, after) = rest.split_at(length);
        each(part, starts(first));
        rest = after;
    }
}

/// How long a text in quotes is, quotes included.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (place, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return place + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}
