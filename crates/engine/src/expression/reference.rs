//! The reference of expressions, made from what is executed.

use std::fmt::Write as _;

use super::functions::{Nulls, SUBJECTS};

/// What people have written about expressions, conditions and retries, with a place for the
/// functions.
const CHAPTERS: &str = include_str!("reference.md");

/// Where the chapters leave room for the functions.
const PLACE: &str = "<!-- functions -->\n";

/// The page about expressions, conditions and retries, as Markdown.
pub fn expression_reference() -> String {
    CHAPTERS.replace(PLACE, &functions())
}

fn functions() -> String {
    let mut page = String::new();
    for subject in &SUBJECTS {
        // Writing to a String cannot fail.
        let _ = write!(page, "### {}\n\n| function | what it gives |\n|---|---|\n", subject.title);
        for function in subject.functions {
            let nulls = match function.nulls {
                Nulls::First | Nulls::Seen => "",
                Nulls::Any => " Null when any argument is.",
            };
            let about = cell(function.about);
            let _ = write!(page, "| `{}` | {about}{nulls}", cell(&function.signature()));
            for (call, result) in function.examples {
                let _ = write!(page, "<br>`{}` → `{}`", cell(call), cell(result));
            }
            page.push_str(" |\n");
        }
        page.push('\n');
    }
    page
}

/// A text inside a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
