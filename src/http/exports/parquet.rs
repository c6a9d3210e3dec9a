//! Rows as a file of Apache Parquet: columns with types, in groups of rows, and the footer at the end, without which
//! a file is none. Only one group is held in memory.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::column::{Column, Kind};

/// How many rows a group has at most.
const GROUP_ROWS: usize = 20_000;
/// How many bytes of texts: what a group takes in memory, beside its numbers.
const GROUP_BYTES: usize = 4 * 1024 * 1024;

/// A file that grows at its end.
pub(super) struct Writer {
    file: SerializedFileWriter<Vec<u8>>,
    columns: &'static [Column],
    group: Vec<Values>,
    rows: usize,
    bytes: usize,
}

/// What a column of a group has: its values, and of each row whether it has one.
enum Values {
    Texts(Vec<ByteArray>, Vec<i16>),
    Numbers(Vec<i64>, Vec<i16>),
}

impl Writer {
    /// An empty file of these columns.
    pub(super) fn new(name: &str, columns: &'static [Column]) -> Result<Self> {
        let fields = columns.iter().map(field).collect::<Result<Vec<_>>>()?;
        let schema = Type::group_type_builder(name).with_fields(fields).build()?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_writer_version(WriterVersion::PARQUET_1_0)
            .set_created_by(format!("chainkeel version {}", env!("CARGO_PKG_VERSION")))
            .build();
        let file = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
        Ok(Self { file, columns, group: empty(columns), rows: 0, bytes: 0 })
    }

    /// Adds a row.
    pub(super) fn add(&mut self, row: &impl Serialize) -> Result<()> {
        let row =
            serde_json::to_value(row).map_err(|error| ParquetError::External(error.into()))?;
        for (column, values) in self.columns.iter().zip(&mut self.group) {
            let value = row.get(column.name).filter(|value| !value.is_null());
            match (values, column.kind) {
                (Values::Texts(texts, there), _) => {
                    there.push(i16::from(value.is_some()));
                    if let Some(value) = value {
                        let text = text(value);
                        self.bytes += text.len();
                        texts.push(ByteArray::from(text.into_bytes()));
                    }
                }
                (Values::Numbers(numbers, there), kind) => {
                    there.push(i16::from(value.is_some()));
                    if let Some(value) = value {
                        numbers.push(number(value, kind).ok_or_else(|| {
                            ParquetError::General(format!("{} is {value}", column.name))
                        })?);
                    }
                }
            }
        }
        self.rows += 1;
        if self.rows >= GROUP_ROWS || self.bytes >= GROUP_BYTES {
            self.close_group()?;
        }
        Ok(())
    }

    /// What has been written since it was asked last.
    pub(super) fn take(&mut self) -> Bytes {
        std::mem::take(self.file.inner_mut()).into()
    }

    /// Writes what is left, and the footer; the last bytes of the file.
    pub(super) fn end(mut self) -> Result<Bytes> {
        self.close_group()?;
        self.file.into_inner().map(Bytes::from)
    }

    fn close_group(&mut self) -> Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut values = std::mem::replace(&mut self.group, empty(self.columns)).into_iter();
        (self.rows, self.bytes) = (0, 0);
        let mut group = self.file.next_row_group()?;
        while let Some(column) = group.next_column()? {
            if let Some(values) = values.next() {
                values.write(column)?;
            }
        }
        group.close()?;
        Ok(())
    }
}

impl Values {
    fn write(self, mut column: SerializedColumnWriter<'_>) -> Result<()> {
        match self {
            Self::Texts(texts, there) => {
                column.typed::<ByteArrayType>().write_batch(&texts, Some(&there), None)?;
            }
            Self::Numbers(numbers, there) => {
                column.typed::<Int64Type>().write_batch(&numbers, Some(&there), None)?;
            }
        }
        column.close()
    }
}

fn empty(columns: &[Column]) -> Vec<Values> {
    let values = |column: &Column| match column.kind {
        Kind::Text => Values::Texts(Vec::new(), Vec::new()),
        Kind::Whole | Kind::Instant => Values::Numbers(Vec::new(), Vec::new()),
    };
    columns.iter().map(values).collect()
}

fn field(column: &Column) -> Result<Arc<Type>> {
    let (physical, logical) = match column.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Whole => (Physical::INT64, None),
        Kind::Instant => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
    };
    Type::primitive_type_builder(column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
        .map(Arc::new)
}

/// A text as it is; what has parts is JSON.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A number, or an instant in microseconds since 1970.
fn number(value: &Value, kind: Kind) -> Option<i64> {
    if kind == Kind::Whole {
        return value.as_i64();
    }
    let at = OffsetDateTime::parse(value.as_str()?, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000).ok()
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::Field;
    use serde_json::json;

    use super::*;

    const COLUMNS: &[Column] =
        &[Column::text("id"), Column::whole("count"), Column::instant("at"), Column::text("more")];

    fn row(number: usize) -> Value {
        let has = !number.is_multiple_of(3);
        json!({
            "id": format!("run_{number}"),
            "count": number as i64 - 10,
            "at": has.then_some("2026-11-30T12:00:00.123456Z"),
            "more": has.then(|| json!({"x": [number]})),
        })
    }

    #[test]
    fn what_was_written_in_many_groups_is_read_again() {
        const ROWS: usize = 2 * GROUP_ROWS + 7;
        let mut writer = Writer::new("runs", COLUMNS).expect("a file");
        let (mut file, mut parts) = (Vec::new(), 0);
        for number in 0..ROWS {
            writer.add(&row(number)).expect("a row");
            let part = writer.take();
            parts += usize::from(!part.is_empty());
            file.extend_from_slice(&part);
        }
        assert!(SerializedFileReader::new(Bytes::from(file.clone())).is_err(), "it has no footer");
        file.extend_from_slice(&writer.end().expect("an end"));
        let reader = SerializedFileReader::new(Bytes::from(file)).expect("a file");
        assert_eq!(reader.num_row_groups(), 3);
        assert!(parts >= 2, "it comes as it is made: {parts}");
        let at = 1_796_040_000_123_456;
        for (number, read) in reader.get_row_iter(None).expect("rows").enumerate() {
            let read: Vec<_> = read.expect("a row").into_columns();
            let [(_, id), (_, count), (_, when), (_, more)] = &read[..] else { panic!("{read:?}") };
            assert_eq!(*id, Field::Str(format!("run_{number}")));
            assert_eq!(*count, Field::Long(number as i64 - 10));
            let has = !number.is_multiple_of(3);
            let expected = if has { Field::TimestampMicros(at) } else { Field::Null };
            assert_eq!(*when, expected, "{number}");
            assert_eq!(matches!(more, Field::Str(_)), has);
        }
        assert_eq!(reader.metadata().file_metadata().num_rows(), ROWS as i64);
    }

    #[test]
    fn long_texts_end_a_group_and_no_rows_are_a_file_too() {
        let mut writer = Writer::new("runs", COLUMNS).expect("a file");
        let long = json!({"id": "x".repeat(GROUP_BYTES / 2 + 1), "count": null});
        for _ in 0..4 {
            writer.add(&long).expect("a row");
        }
        let mut file = writer.take().to_vec();
        file.extend_from_slice(&writer.end().expect("an end"));
        let reader = SerializedFileReader::new(Bytes::from(file)).expect("a file");
        assert_eq!(reader.num_row_groups(), 2);
        let nothing = Writer::new("runs", COLUMNS).expect("a file").end().expect("an end");
        let reader = SerializedFileReader::new(nothing).expect("a file");
        assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
    }

    #[test]
    fn what_does_not_fit_its_column_is_an_error() {
        let mut writer = Writer::new("runs", COLUMNS).expect("a file");
        for wrong in [json!({"count": "7"}), json!({"at": "yesterday"}), json!({"count": 0.5})] {
            assert!(writer.add(&wrong).is_err(), "{wrong}");
        }
    }
}
