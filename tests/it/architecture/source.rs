//! A file of the house as the checks see it: without comments, texts and tests.

use std::fs;
use std::path::Path;

/// One file.
pub(super) struct Source {
    /// From the root of the repository, as in `src/http/problem.rs`.
    pub(super) path: String,
    /// The text with comments, the insides of literals, and test modules blanked out; line
    /// numbers are those of the file.
    pub(super) code: String,
    /// How many lines the file has, those of its test modules apart.
    pub(super) lines: usize,
}

impl Source {
    /// All files of the package and of the engine, those that hold nothing but tests apart.
    pub(super) fn of_the_house() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut sources = Vec::new();
        for directory in ["src", "crates/engine/src"] {
            collect(root, &root.join(directory), &mut sources);
        }
        assert!(sources.len() > 50, "the house has more files than the {} found", sources.len());
        sources
    }

    pub(super) fn new(path: &str, text: &str) -> Self {
        let code = without_tests(&without_comments(text));
        let lines = text.lines().count() - test_lines(&without_comments(text));
        Self { path: path.to_owned(), code, lines }
    }

    /// The room: the first name below `src`, or `engine`.
    pub(super) fn room(&self) -> &str {
        let Some(below) = self.path.strip_prefix("src/") else { return "engine" };
        let first = below.split('/').next().unwrap_or(below);
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// How many modules lie between the crate's root and this file's items.
    pub(super) fn depth(&self) -> usize {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let names = below.split('/').count();
        if below.ends_with("mod.rs") { names - 1 } else { names }
    }
}

fn collect(root: &Path, directory: &Path, into: &mut Vec<Source>) {
    let mut entries: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        let name = entry.file_name().unwrap().to_str().unwrap();
        if entry.is_dir() {
            if name != "tests" {
                collect(root, &entry, into);
            }
        } else if name.strip_suffix(".rs").is_some_and(|stem| stem != "tests") {
            let path = entry.strip_prefix(root).unwrap().to_str().unwrap();
            into.push(Source::new(path, &fs::read_to_string(&entry).unwrap()));
        }
    }
}

/// The text with comments and the insides of string literals blanked out.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (taken, shown) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), false)
        } else if rest.starts_with("/*") {
            (block_comment(rest), false)
        } else if let Some(length) = raw_string(rest).filter(|_| !out.ends_with(is_word)) {
            (length, false)
        } else if first == '"' {
            (string(rest), false)
        } else if let Some(length) = character(rest) {
            (length, false)
        } else {
            (first.len_utf8(), true)
        };
        if shown {
            out.push_str(&rest[..taken]);
        } else {
            out.extend(rest[..taken].chars().map(|one| if one == '\n' { '\n' } else { ' ' }));
        }
        rest = &rest[taken..];
    }
    out
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of a raw string that begins here.
fn raw_string(text: &str) -> Option<usize> {
    let after = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let begin = text.len() - after.len() + hashes + 1;
    Some(text[begin..].find(&end).map_or(text.len(), |at| begin + at + end.len()))
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a character literal that begins here; a lifetime is none.
fn character(text: &str) -> Option<usize> {
    let after = text.strip_prefix('\'')?;
    if after.starts_with('\\') {
        return after[2..].find('\'').map(|at| at + 4);
    }
    let letter = after.chars().next()?;
    after[letter.len_utf8()..].starts_with('\'').then(|| letter.len_utf8() + 2)
}

/// The text with `#[cfg(test)]` modules blanked out.
fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    while let Some((begin, end)) = test_module(&out) {
        let blank: String =
            out[begin..end].chars().map(|one| if one == '\n' { '\n' } else { ' ' }).collect();
        out.replace_range(begin..end, &blank);
    }
    out
}

fn test_lines(code: &str) -> usize {
    let (mut rest, mut lines) = (code.to_owned(), 0);
    while let Some((begin, end)) = test_module(&rest) {
        lines += rest[begin..end].lines().count();
        rest.replace_range(begin..end, "");
    }
    lines
}

/// Where a test module with a body begins and ends.
fn test_module(code: &str) -> Option<(usize, usize)> {
    let begin = code.find("#[cfg(test)]")?;
    let body = begin + code[begin..].find(['{', ';'])?;
    if code[body..].starts_with(';') {
        return Some((begin, body + 1));
    }
    let mut depth = 0;
    for (at, letter) in code[body..].char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 1 => return Some((begin, body + at + 1)),
            '}' => depth -= 1,
            _ => {}
        }
    }
    Some((begin, code.len()))
}
