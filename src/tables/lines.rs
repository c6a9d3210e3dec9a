//! Rows out of the lines of a file, as they come: CSV with a head, or a JSON object a line.

use std::collections::BTreeMap;

use csv_core::{ReadRecordResult, Reader};
use serde_json::{Map, Value};

use super::definition::{Definition, Fault};
use super::row::{Row, SYSTEM_COLUMNS};

/// How many bytes a line has at most.
const MAX_LINE: usize = 1024 * 1024;
/// How many columns a line has at most.
const MAX_FIELDS: usize = 256;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a head that names the columns (RFC 4180).
    Csv,
    /// A JSON object a line.
    Ndjson,
}

/// A line of a file: its number, and its row or what is wrong with it.
pub type Line = (u64, Result<Row, Vec<Fault>>);

/// A file that cannot be read any further.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct Unreadable {
    /// Where it stops.
    pub line: u64,
    /// Why.
    pub message: String,
}

/// Reads lines out of bytes that come bit by bit.
pub struct Lines<'a> {
    definition: &'a Definition,
    reading: Reading,
}

enum Reading {
    Csv(Box<Csv>),
    Ndjson { rest: Vec<u8>, line: u64 },
}

struct Csv {
    reader: Reader,
    head: Option<Vec<String>>,
    text: Vec<u8>,
    ends: [usize; MAX_FIELDS],
    filled: usize,
    fields: usize,
    /// The line on which the record that is being read begins.
    begun: u64,
}

impl<'a> Lines<'a> {
    /// Lines of rows of this table.
    pub fn new(definition: &'a Definition, format: Format) -> Self {
        let reading = match format {
            Format::Csv => Reading::Csv(Box::new(Csv {
                reader: Reader::new(),
                head: None,
                text: vec![0; 4096],
                ends: [0; MAX_FIELDS],
                filled: 0,
                fields: 0,
                begun: 1,
            })),
            Format::Ndjson => Reading::Ndjson { rest: Vec::new(), line: 0 },
        };
        Self { definition, reading }
    }

    /// The lines that these bytes complete.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Vec<Line>, Unreadable> {
        if bytes.is_empty() {
            return Ok(Vec::new());
        }
        match &mut self.reading {
            Reading::Csv(csv) => csv.take(bytes, self.definition),
            Reading::Ndjson { rest, line } => ndjson(rest, line, bytes, self.definition),
        }
    }

    /// The last line, which may have no end.
    pub fn finish(mut self) -> Result<Vec<Line>, Unreadable> {
        match &mut self.reading {
            Reading::Csv(csv) => csv.take(&[], self.definition),
            Reading::Ndjson { rest, line } => ndjson(rest, line, b"\n", self.definition),
        }
    }
}

impl Csv {
    /// No bytes at all are the end of the file.
    fn take(&mut self, mut bytes: &[u8], table: &Definition) -> Result<Vec<Line>, Unreadable> {
        let mut lines = Vec::new();
        let at_end = bytes.is_empty();
        loop {
            let (told, read, written, ended) = self.reader.read_record(
                bytes,
                &mut self.text[self.filled..],
                &mut self.ends[self.fields..],
            );
            bytes = &bytes[read..];
            self.filled += written;
            self.fields += ended;
            match told {
                ReadRecordResult::InputEmpty if !at_end => return Ok(lines),
                ReadRecordResult::InputEmpty | ReadRecordResult::End => return Ok(lines),
                ReadRecordResult::OutputFull => {
                    if self.text.len() >= MAX_LINE {
                        return Err(self.unreadable(format!("has over {MAX_LINE} bytes")));
                    }
                    self.text.resize(self.text.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    return Err(self.unreadable(format!("has over {MAX_FIELDS} columns")));
                }
                ReadRecordResult::Record => {
                    lines.extend(self.record(table)?);
                    (self.filled, self.fields) = (0, 0);
                    self.begun = self.reader.line();
                }
            }
        }
    }

    fn record(&mut self, table: &Definition) -> Result<Option<Line>, Unreadable> {
        let mut fields = Vec::with_capacity(self.fields);
        let mut from = 0;
        for end in &self.ends[..self.fields] {
            let text = std::str::from_utf8(&self.text[from..*end]);
            fields.push(text.map_err(|_| self.unreadable("is not UTF-8".to_owned()))?);
            from = *end;
        }
        let Some(head) = &self.head else {
            let head: Vec<String> = fields
                .iter()
                .map(|name| name.trim_start_matches('\u{feff}').trim().to_owned())
                .collect();
            if let Some(unknown) = head.iter().find(|name| !is_column(table, name)) {
                return Err(self.unreadable(format!("`{unknown}` is no column of this table")));
            }
            self.head = Some(head);
            return Ok(None);
        };
        if fields.len() != head.len() {
            let message = format!("has {} fields, and the head {}", fields.len(), head.len());
            return Ok(Some((self.begun, Err(vec![fault(message)]))));
        }
        let given: BTreeMap<&str, &str> =
            head.iter().map(String::as_str).zip(fields.iter().copied()).collect();
        Ok(Some((self.begun, table.line(given))))
    }

    fn unreadable(&self, message: String) -> Unreadable {
        Unreadable { line: self.begun, message }
    }
}

fn is_column(table: &Definition, name: &str) -> bool {
    SYSTEM_COLUMNS.contains(&name) || table.column(name).is_some()
}

fn ndjson(
    rest: &mut Vec<u8>,
    line: &mut u64,
    bytes: &[u8],
    table: &Definition,
) -> Result<Vec<Line>, Unreadable> {
    let mut lines = Vec::new();
    for part in bytes.split_inclusive(|byte| *byte == b'\n') {
        if rest.len() + part.len() > MAX_LINE {
            let message = format!("has over {MAX_LINE} bytes");
            return Err(Unreadable { line: *line + 1, message });
        }
        rest.extend_from_slice(part);
        if part.ends_with(b"\n") {
            *line += 1;
            if !rest.trim_ascii().is_empty() {
                lines.push((*line, object(rest, table)));
            }
            rest.clear();
        }
    }
    Ok(lines)
}

fn object(text: &[u8], table: &Definition) -> Result<Row, Vec<Fault>> {
    let object: Result<Map<String, Value>, _> = serde_json::from_slice(text);
    let mut object = object.map_err(|error| vec![fault(format!("is no JSON object: {error}"))])?;
    for name in SYSTEM_COLUMNS {
        object.remove(name);
    }
    table.row(object)
}

fn fault(message: String) -> Fault {
    Fault { path: String::new(), message }
}

/// A row as a line of CSV, of these columns.
pub fn csv_line(row: &Value, columns: &[String]) -> String {
    let field = |name: &String| match row.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => quoted(text),
        Some(other) => quoted(&other.to_string()),
    };
    let mut line = columns.iter().map(field).collect::<Vec<_>>().join(",");
    line.push('\n');
    line
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) || text.trim() != text {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn table() -> Definition {
        let schema = json!({
            "required": ["customer"],
            "properties": {
                "customer": { "type": "string" }, "amount": { "type": "number" }, "meta": {},
            },
        });
        Definition::of_schema(&schema, vec![]).expect("a table")
    }

    /// The lines of a file that comes in parts of so many bytes.
    fn read(format: Format, text: &str, part: usize) -> Result<Vec<Line>, Unreadable> {
        let table = table();
        let mut reader = Lines::new(&table, format);
        let mut lines = Vec::new();
        for bytes in text.as_bytes().chunks(part) {
            lines.extend(reader.take(bytes)?);
        }
        lines.extend(reader.finish()?);
        Ok(lines)
    }

    #[test]
    fn lines_are_the_same_however_the_file_is_cut() {
        let csv = "id,customer,amount,meta\r\n7,\"a, \"\"b\"\"\nc\",1.50,{\"\"a\"\":1}\n,b,,\"[1]\"\n8,,2,\n9,d,x,\n1,2\n9,last,1,";
        let whole = read(Format::Csv, csv, csv.len()).expect("lines");
        let told: Vec<_> = whole.iter().map(|(line, row)| (*line, row.is_ok())).collect();
        assert_eq!(told.len(), 6, "{whole:?}");
        assert_eq!(whole[1].1.as_ref().expect("a row").0["meta"], json!([1]));
        assert_eq!(told.iter().filter(|(_, good)| !good).count(), 4);
        for part in 1..csv.len() {
            assert_eq!(read(Format::Csv, csv, part).as_ref(), Ok(&whole), "{part}");
        }
        let ndjson =
            "{\"customer\":\"a\",\"id\":3}\n\n[1]\n{\"customer\":\"b\",\"amount\":\"0.10\"}";
        let whole = read(Format::Ndjson, ndjson, ndjson.len()).expect("lines");
        let told: Vec<_> = whole.iter().map(|(line, row)| (*line, row.is_ok())).collect();
        assert_eq!(told, [(1, true), (3, false), (4, true)]);
        for part in 1..ndjson.len() {
            assert_eq!(read(Format::Ndjson, ndjson, part).as_ref(), Ok(&whole), "{part}");
        }
    }

    #[test]
    fn a_file_of_something_else_is_refused_at_its_head() {
        assert_eq!(read(Format::Csv, "none,customer\n1,2\n", 3).expect_err("no").line, 1);
        let long = format!("customer\n\"{}", "x".repeat(MAX_LINE + 1));
        assert!(read(Format::Csv, &long, 1000).is_err());
        assert!(read(Format::Ndjson, &"x".repeat(MAX_LINE + 1), 1000).is_err());
    }

    #[test]
    fn what_is_written_is_read_as_the_same() {
        let columns = ["customer", "amount", "meta"].map(str::to_owned);
        let row = json!({ "customer": " a\"b,\n", "amount": "1.50", "meta": { "x": "é" } });
        let text = format!("customer,amount,meta\n{}", csv_line(&row, &columns));
        let lines = read(Format::Csv, &text, 7).expect("lines");
        assert_eq!(json!(lines[0].1.as_ref().expect("a row").0), row);
    }
}
