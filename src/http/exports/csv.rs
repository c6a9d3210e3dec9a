//! Comma-separated values (RFC 4180) that a spreadsheet takes for what they are.

use serde::Serialize;
use serde_json::Value;

use super::column::Column;

/// The line of names.
pub(super) fn head(columns: &[Column]) -> String {
    let names: Vec<_> = columns.iter().map(|column| column.name).collect();
    format!("{}\r\n", names.join(","))
}

/// What has these columns as fields, as a line.
///
/// Texts that a spreadsheet would take for a formula begin with an apostrophe; numbers stay numbers. What is
/// null is empty, and what has parts is JSON.
pub(super) fn line(record: &impl Serialize, columns: &[Column]) -> serde_json::Result<String> {
    let record = serde_json::to_value(record)?;
    let cell = |column: &Column| match record.get(column.name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text_cell(text),
        Some(number @ (Value::Number(_) | Value::Bool(_))) => number.to_string(),
        Some(parts @ (Value::Array(_) | Value::Object(_))) => text_cell(&parts.to_string()),
    };
    let cells: Vec<_> = columns.iter().map(cell).collect();
    Ok(format!("{}\r\n", cells.join(",")))
}

/// A text as a cell. What a spreadsheet would take for a formula begins with an apostrophe instead.
pub(in crate::http) fn text_cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if is_formula { format!("'{text}") } else { text.to_owned() };
    if cell.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cell_stays_one_and_calculates_nothing() {
        assert_eq!(text_cell("api_key.issued"), "api_key.issued");
        assert_eq!(text_cell("a,\"b\"\r\n"), "\"a,\"\"b\"\"\r\n\"");
        assert_eq!(text_cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(text_cell("@sum"), "'@sum");
    }

    #[test]
    fn a_record_is_a_line_of_its_columns() {
        let record = json!({"a": -1, "b": null, "c": "-1", "d": {"x": [1, "y"]}, "e": true});
        let columns = ["a", "b", "c", "d", "e", "none"].map(Column::text);
        let line = line(&record, &columns).expect("a line");
        assert_eq!(line, "-1,,'-1,\"{\"\"x\"\":[1,\"\"y\"\"]}\",true,\r\n");
        assert_eq!(head(&columns[..2]), "a,b\r\n");
    }
}
