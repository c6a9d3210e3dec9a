//! Functions of texts. Characters are Unicode code points.

use std::borrow::Cow;

use super::call::{Call, made, written};
use super::table::{Function, Nulls, Outcome, optional, required};

/// The most characters that a text is asked to have, and times that it is repeated: beyond the
/// bytes that may be made.
const MAX_COUNT: i64 = 1_000_000;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "upper",
        parameters: &[required("text")],
        about: "The text in capital letters.",
        examples: &[("upper('usdc')", "\"USDC\"")],
        nulls: Nulls::First,
        body: |call| made(call.text(0)?.to_uppercase()),
    },
    Function {
        name: "lower",
        parameters: &[required("text")],
        about: "The text in small letters.",
        examples: &[("lower('0xAB')", "\"0xab\"")],
        nulls: Nulls::First,
        body: |call| made(call.text(0)?.to_lowercase()),
    },
    Function {
        name: "title",
        parameters: &[required("text")],
        about: "The text with a capital at the beginning of each word, and small letters behind it.",
        examples: &[("title('new ORDER')", "\"New Order\"")],
        nulls: Nulls::First,
        body: title,
    },
    Function {
        name: "trim",
        parameters: &[required("text")],
        about: "The text without white space at both ends.",
        examples: &[("trim('  a b ')", "\"a b\"")],
        nulls: Nulls::First,
        body: |call| made(call.text(0)?.trim()),
    },
    Function {
        name: "split",
        parameters: &[required("text"), required("separator")],
        about: "The parts between the separators, as a list; its characters for an empty separator.",
        examples: &[
            ("split('a,b,,c', ',')", "[\"a\",\"b\",\"\",\"c\"]"),
            ("split('abc', '')", "[\"a\",\"b\",\"c\"]"),
        ],
        nulls: Nulls::First,
        body: split,
    },
    Function {
        name: "join",
        parameters: &[required("list"), optional("separator")],
        about: "The items as one text with a separator (a comma unless said otherwise) between them; \
                null leaves nothing, lists and objects are written as JSON.",
        examples: &[("join(list('a', 1, true), ' / ')", "\"a / 1 / true\"")],
        nulls: Nulls::First,
        body: join,
    },
    Function {
        name: "replace",
        parameters: &[required("text"), required("part"), required("by")],
        about: "The text with every occurrence of a part replaced.",
        examples: &[("replace('a-b-c', '-', '')", "\"abc\"")],
        nulls: Nulls::First,
        body: replace,
    },
    Function {
        name: "substring",
        parameters: &[required("text"), required("from"), optional("to")],
        about: "The characters from one place (counted from 0) up to, and without, another; to the \
                end when that is left out.",
        examples: &[
            ("substring('0xa9059cbb', 2)", "\"a9059cbb\""),
            ("substring('abcdef', 1, 3)", "\"bc\""),
        ],
        nulls: Nulls::First,
        body: substring,
    },
    Function {
        name: "startsWith",
        parameters: &[required("text"), required("part")],
        about: "Whether the text begins with that.",
        examples: &[("startsWith('0xab', '0x')", "true")],
        nulls: Nulls::First,
        body: |call| made(call.text(0)?.starts_with(&*call.text(1)?)),
    },
    Function {
        name: "endsWith",
        parameters: &[required("text"), required("part")],
        about: "Whether the text ends with that.",
        examples: &[("endsWith('a.eth', '.eth')", "true")],
        nulls: Nulls::First,
        body: |call| made(call.text(0)?.ends_with(&*call.text(1)?)),
    },
    Function {
        name: "padStart",
        parameters: &[required("text"), required("length"), optional("fill")],
        about: "The text filled up at its beginning to so many characters, with spaces unless said \
                otherwise.",
        examples: &[("padStart(7, 3, '0')", "\"007\"")],
        nulls: Nulls::First,
        body: |call| pad(call, Side::Start),
    },
    Function {
        name: "padEnd",
        parameters: &[required("text"), required("length"), optional("fill")],
        about: "The text filled up at its end to so many characters, with spaces unless said \
                otherwise.",
        examples: &[("padEnd('ab', 5, '-=')", "\"ab-=-\"")],
        nulls: Nulls::First,
        body: |call| pad(call, Side::End),
    },
    Function {
        name: "repeat",
        parameters: &[required("text"), required("times")],
        about: "The text so many times.",
        examples: &[("repeat('ab', 3)", "\"ababab\"")],
        nulls: Nulls::First,
        body: repeat,
    },
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Start,
    End,
}

fn title<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let mut title = String::new();
    let mut is_inside = false;
    for character in call.text(0)?.chars() {
        if is_inside {
            title.extend(character.to_lowercase());
        } else {
            title.extend(character.to_uppercase());
        }
        is_inside = character.is_alphanumeric();
    }
    made(title)
}

fn split<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let (text, separator) = (call.text(0)?, call.text(1)?);
    let mut parts = call.growing_list();
    if separator.is_empty() {
        for character in text.chars() {
            parts.push(character.to_string().into())?;
        }
    } else {
        for part in text.split(&*separator) {
            parts.push(part.into())?;
        }
    }
    made(parts.done())
}

fn join<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let separator = call.text_or(1, ",")?;
    let mut text = call.growing_text();
    for (place, item) in call.list(0)?.iter().enumerate() {
        if place > 0 {
            text.push(&separator)?;
        }
        text.push(&item.as_str().map_or_else(|| Cow::Owned(written(item)), Cow::Borrowed))?;
    }
    made(text.done())
}

fn replace<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let (text, part, by) = (call.text(0)?, call.text(1)?, call.text(2)?);
    if part.is_empty() {
        return Err(call.wrong(1, "a text with at least one character"));
    }
    let mut replaced = call.growing_text();
    for (place, rest) in text.split(&*part).enumerate() {
        if place > 0 {
            replaced.push(&by)?;
        }
        replaced.push(rest)?;
    }
    made(replaced.done())
}

fn substring<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let from = call.whole(1, 0, MAX_COUNT)?;
    let to = if call.has(2) { call.whole(2, 0, MAX_COUNT)? } else { MAX_COUNT };
    let skipped = usize::try_from(from).unwrap_or(0);
    let taken = usize::try_from(to - from).unwrap_or(0);
    made(call.text(0)?.chars().skip(skipped).take(taken).collect::<String>())
}

fn pad<'a>(call: &Call<'a, '_>, side: Side) -> Outcome<'a> {
    let text = call.text(0)?;
    let length = usize::try_from(call.whole(1, 0, MAX_COUNT)?).unwrap_or(0);
    let fill = call.text_or(2, " ")?;
    if fill.is_empty() {
        return Err(call.wrong(2, "a text with at least one character"));
    }
    let missing = length.saturating_sub(text.chars().count());
    let mut padded = call.growing_text();
    if side == Side::End {
        padded.push(&text)?;
    }
    for character in fill.chars().cycle().take(missing) {
        padded.push(character.encode_utf8(&mut [0; 4]))?;
    }
    if side == Side::Start {
        padded.push(&text)?;
    }
    made(padded.done())
}

fn repeat<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let text = call.text(0)?;
    let times = call.whole(1, 0, MAX_COUNT)?;
    let mut repeated = call.growing_text();
    if !text.is_empty() {
        for _ in 0..times {
            repeated.push(&text)?;
        }
    }
    made(repeated.done())
}
