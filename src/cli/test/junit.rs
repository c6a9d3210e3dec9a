//! A report in the format that CI systems know from JUnit.

use std::fmt::Write as _;

use super::command::{Played, counts, is_passed};
use super::files::Unreadable;
use super::words::reasons;
use crate::aggregates::test::{CaseResult, CaseStatus};

/// The report.
pub(super) fn document(played: &[Played], unreadable: &[Unreadable]) -> String {
    let (passed, failed) = counts(played);
    let (tests, errors) = (passed + failed, unreadable.len());
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(
        xml,
        "<testsuites tests=\"{}\" failures=\"{failed}\" errors=\"{errors}\">",
        tests + errors
    );
    for test in played {
        let failures = test.results.iter().filter(|result| !is_passed(result)).count();
        let (name, count) = (escaped(&test.name), test.results.len());
        let file = escaped(&test.path.display().to_string());
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{name}\" file=\"{file}\" tests=\"{count}\" failures=\"{failures}\">"
        );
        for result in &test.results {
            case(&mut xml, &file, result);
        }
        xml.push_str("  </testsuite>\n");
    }
    for file in unreadable {
        let name = escaped(&file.path.display().to_string());
        let problems: Vec<String> =
            file.problems.iter().map(|it| format!("{}: {}", it.path, it.message)).collect();
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{name}\" tests=\"1\" errors=\"1\"><testcase name=\"readable\" \
             classname=\"{name}\"><error message=\"it cannot be played\">{}</error></testcase></testsuite>",
            escaped(&problems.join("\n"))
        );
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn case(xml: &mut String, file: &str, result: &CaseResult) {
    let (name, seconds) = (escaped(&result.case_id), result.duration_ms / 1_000);
    let millis = result.duration_ms % 1_000;
    let _ = write!(
        xml,
        "    <testcase name=\"{name}\" classname=\"{file}\" time=\"{seconds}.{millis:03}\""
    );
    let tag = match result.status {
        CaseStatus::Passed => {
            xml.push_str("/>\n");
            return;
        }
        CaseStatus::Failed | CaseStatus::Timeout => "failure",
        CaseStatus::Error => "error",
        CaseStatus::Skipped => "skipped",
    };
    let lines = reasons(result);
    let first = escaped(lines.first().map(String::as_str).unwrap_or_default());
    let text = escaped(&lines.join("\n"));
    let _ = writeln!(xml, "><{tag} message=\"{first}\">{text}</{tag}></testcase>");
}

/// Text inside XML. What XML cannot hold at all is replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(letter),
            control if control.is_control() => out.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_in_a_name_breaks_the_report() {
        assert_eq!(escaped("a<b> & \"c\"\u{1}"), "a&lt;b&gt; &amp; &quot;c&quot;\u{fffd}");
    }
}
