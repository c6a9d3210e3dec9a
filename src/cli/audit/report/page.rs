//! The report as one page of HTML: it holds no script, asks no server, and prints well.

use std::fmt::Write as _;

use serde_json::Value;

use crate::cli::workflow::text_of;

/// How the page looks: in light and in dark, and on paper.
const STYLE: &str = include_str!("page.css");

/// The page.
pub(super) fn page(report: &Value) -> String {
    let run = &report["run"];
    let mut page = Page(String::new());
    page.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">");
    page.element("title", &format!("Report about {}", text_of(run, "id")));
    let _ = write!(page.0, "<style>{STYLE}</style></head><body>");
    page.element("h1", &format!("Report about {}", text_of(run, "id")));
    page.verdict(&report["verification"], &report["replay"]);
    page.run(run);
    page.people(report);
    page.effects(report);
    page.tasks(&report["tasks"]);
    page.timeline(&report["timeline"]);
    page.details("The definition that was executed", &report["definition"]);
    page.raw("</body></html>\n");
    page.0
}

struct Page(String);

impl Page {
    fn raw(&mut self, html: &str) {
        self.0.push_str(html);
    }

    fn text(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.raw("&amp;"),
                '<' => self.raw("&lt;"),
                '>' => self.raw("&gt;"),
                '"' => self.raw("&quot;"),
                '\'' => self.raw("&#39;"),
                // What turns the direction of a text around could show another text than there is.
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                    let _ = write!(self.0, "\\u{{{:x}}}", u32::from(character));
                }
                other => self.0.push(other),
            }
        }
    }

    fn element(&mut self, name: &str, text: &str) {
        let _ = write!(self.0, "<{name}>");
        self.text(text);
        let _ = writeln!(self.0, "</{name}>");
    }

    /// A table of names and what they stand for; what is not there has no line.
    fn pairs<'a>(&mut self, pairs: impl IntoIterator<Item = (&'a str, String)>) {
        self.raw("<table class=\"pairs\">");
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            self.raw("<tr><th scope=\"row\">");
            self.text(name);
            self.raw("</th><td>");
            self.text(&value);
            self.raw("</td></tr>");
        }
        self.raw("</table>\n");
    }

    fn head(&mut self, columns: &[&str]) {
        self.raw("<table><thead><tr>");
        for column in columns {
            self.element("th", column);
        }
        self.raw("</tr></thead><tbody>");
    }

    fn row(&mut self, cells: &[String]) {
        self.raw("<tr>");
        for cell in cells {
            self.element("td", cell);
        }
        self.raw("</tr>");
    }

    fn end(&mut self) {
        self.raw("</tbody></table>\n");
    }

    /// Something whole, to be opened by whoever wants to read it.
    fn details(&mut self, title: &str, value: &Value) {
        if is_nothing(value) {
            return;
        }
        self.raw("<details><summary>");
        self.text(title);
        self.raw("</summary><pre>");
        self.text(&serde_json::to_string_pretty(value).unwrap_or_default());
        self.raw("</pre></details>\n");
    }

    fn verdict(&mut self, verification: &Value, replay: &Value) {
        let (class, words) = match (&verification["verified"], &replay["divergesAt"]) {
            (_, Value::Number(at)) => (
                "bad",
                format!("Event {at} is on the ledger, and is not what the engine decides there."),
            ),
            (Value::Bool(true), _) => (
                "good",
                format!(
                    "It is as it was signed: {} events without a gap, each proved against a checkpoint of {} events \
                     of {}. Every decision is the one that the engine makes from what it was told.",
                    verification["events"],
                    verification["treeSize"],
                    text_of(verification, "origin"),
                ),
            ),
            (Value::Bool(false), _) => (
                "bad",
                format!(
                    "It is NOT what was signed: {} (byte {} of its bundle, {}).",
                    text_of(verification, "why"),
                    verification["byte"],
                    text_of(verification, "field"),
                ),
            ),
            (_, _) => (
                "open",
                format!(
                    "Nothing proves yet that it is complete and unchanged: {}. Every decision is the one that the \
                     engine makes from what it was told.",
                    text_of(verification, "why").trim_end_matches('.'),
                ),
            ),
        };
        let _ = write!(self.0, "<p class=\"verdict {class}\">");
        self.text(&words);
        self.raw("</p>\n");
        let known = match verification["keyWasKnown"].as_bool() {
            Some(true) => "the auditor knew it",
            Some(false) => "taken from the server: hold it against one that you trust (--key)",
            None => "",
        };
        self.pairs([
            ("Key of the ledger", text_of(verification, "key").to_owned()),
            ("That key", known.to_owned()),
        ]);
    }

    fn run(&mut self, run: &Value) {
        self.element("h2", "The run");
        let version = run["workflowVersion"].as_u64().map(|version| format!(" version {version}"));
        let parent = [text_of(run, "parentRunId"), text_of(run, "parentNodeId")];
        self.pairs([
            ("Status", text_of(run, "status").to_owned()),
            ("Workflow", text_of(run, "workflowId").to_owned() + &version.unwrap_or_default()),
            ("Organization", text_of(run, "organizationId").to_owned()),
            ("Started by", text_of(run, "triggeredBy").to_owned()),
            (
                "Trigger",
                format!("{} {}", text_of(run, "triggerKind"), text_of(run, "triggerSource")),
            ),
            ("Started", text_of(run, "startedAt").to_owned()),
            ("Finished", text_of(run, "finishedAt").to_owned()),
            ("Child of", parent.join(" ").trim().to_owned()),
            ("Again after", text_of(run, "sourceRunId").to_owned()),
        ]);
        self.details("What it gave", &run["output"]);
        self.details("Why it failed", &run["failure"]);
    }

    /// Who did what: each answer, approval and order with its time.
    fn people(&mut self, report: &Value) {
        self.element("h2", "Who did what");
        self.head(&["when", "who", "what", "of what"]);
        for line in each(&report["timeline"]) {
            let by = text_of(line, "by");
            let is_person = !by.is_empty() && !by.starts_with("system:") && !by.starts_with("run ");
            if is_person {
                let cells =
                    ["at", "by", "event", "nodeId"].map(|name| text_of(line, name).to_owned());
                self.row(&cells);
            }
        }
        for kind in ["transactions", "signatures", "tasks"] {
            for thing in each(&report[kind]) {
                for deed in each(&thing["history"]) {
                    let content = &deed["content"];
                    let by = text_of(content, "by");
                    if !by.is_empty() && !by.starts_with("system:") {
                        self.row(&[
                            text_of(content, "at").to_owned(),
                            by.to_owned(),
                            text_of(deed, "event").to_owned(),
                            text_of(thing, "id").to_owned(),
                        ]);
                    }
                }
            }
        }
        self.end();
    }

    /// Each effect with what shows that it happened.
    fn effects(&mut self, report: &Value) {
        self.element("h2", "Effects and their evidence");
        for kind in ["transactions", "signatures"] {
            for thing in each(&report[kind]) {
                self.raw("<section>");
                let name = if kind == "transactions" { "Transaction" } else { "Document" };
                self.element("h3", &format!("{name} {}", text_of(thing, "id")));
                let fields = thing.as_object().into_iter().flatten();
                let plain = fields.filter_map(|(name, value)| Some((name.as_str(), plain(value)?)));
                self.pairs(plain);
                self.details("What happened to it, as it stands on the ledger", &thing["history"]);
                self.raw("</section>\n");
            }
        }
        self.head(&["node", "kind", "status", "attempt", "started", "finished"]);
        let executions = report["executions"].as_object().into_iter().flatten();
        for (node, execution) in executions.clone() {
            let field = |name: &str| plain(&execution[name]).unwrap_or_default();
            let [kind, status, attempt, started, finished] =
                ["type", "status", "attempt", "startedAt", "finishedAt"].map(field);
            self.row(&[node.clone(), kind, status, attempt, started, finished]);
        }
        self.end();
        for (node, execution) in executions {
            self.details(&format!("{node}: what it was given, and what it gave"), execution);
        }
    }

    fn tasks(&mut self, tasks: &Value) {
        if each(tasks).next().is_none() {
            return;
        }
        self.element("h2", "Tasks of people");
        for task in each(tasks) {
            self.raw("<section>");
            self.element("h3", text_of(task, "title"));
            let names =
                ["id", "nodeId", "status", "assignee", "role", "settledBy", "reason", "dueAt"];
            self.pairs(names.map(|name| (name, text_of(task, name).to_owned())));
            self.details("What was asked, and answered", task);
            self.raw("</section>\n");
        }
    }

    fn timeline(&mut self, timeline: &Value) {
        self.element("h2", "Timeline");
        self.head(&["#", "position", "when", "event", "node", "changed", "by"]);
        for line in each(timeline) {
            let changed = ["node", "run"].map(|what| change(what, &line[what]));
            let changed: Vec<_> = changed.into_iter().flatten().collect();
            let number = |name: &str| plain(&line[name]).unwrap_or_default();
            let text = |name: &str| text_of(line, name).to_owned();
            self.row(&[
                number("sequence"),
                number("position"),
                text("at"),
                text("event"),
                text("nodeId"),
                changed.join(", "),
                text("by"),
            ]);
        }
        self.end();
        self.details("Every event, whole", timeline);
    }
}

fn each(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// A text, number or truth; nothing of what has parts.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// From which status to which, where it is another one.
fn change(what: &str, pair: &Value) -> Option<String> {
    let (before, after) = (pair.get(0)?.as_str()?, pair.get(1)?.as_str()?);
    (before != after).then(|| format!("{what} {before} → {after}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hostile_names_are_shown_as_text() {
        let hostile = "<script>alert('x')</script>\u{202e}gpj.exe & \"co\"";
        let report = json!({
            "run": { "id": hostile, "status": "success" },
            "verification": { "verified": false, "why": hostile, "byte": 7, "field": hostile },
            "replay": {},
            "timeline": [{ "by": hostile, "event": hostile, "node": ["a", hostile] }],
            "tasks": [{ "title": hostile, "history": [] }],
            "executions": { hostile: { "type": hostile } },
        });
        let page = page(&report);
        assert!(!page.contains("<script"), "{page}");
        assert!(!page.contains('\u{202e}'));
        assert!(page.contains(
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\\u{202e}gpj.exe &amp; &quot;co&quot;"
        ));
    }

    #[test]
    fn the_first_line_says_whether_it_is_what_was_signed() {
        let said = |verification: Value, replay: Value| {
            let report = json!({ "run": {}, "verification": verification, "replay": replay });
            page(&report)
        };
        let good = said(
            json!({ "verified": true, "events": 9, "treeSize": 40, "origin": "here" }),
            json!({}),
        );
        assert!(good.contains("class=\"verdict good\">It is as it was signed: 9 events"), "{good}");
        let open = said(json!({ "verified": null, "why": "nothing is signed yet." }), json!({}));
        assert!(open.contains("class=\"verdict open\">Nothing proves yet"), "{open}");
        let other = said(json!({ "verified": true }), json!({ "divergesAt": 4 }));
        assert!(other.contains("class=\"verdict bad\">Event 4 is on the ledger"), "{other}");
    }
}
