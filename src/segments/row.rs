//! One event as it is stored, letter by letter: what its leaf in the signed tree was made from.

/// An event of a run. Whose it is stands once in the segment's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number in the whole ledger, from 1.
    pub position: i64,
    /// Its number in its run, from 1.
    pub sequence: i64,
    /// When it was written: microseconds since 1970 in UTC.
    pub recorded_at: i64,
    /// The run.
    pub aggregate_id: String,
    /// The event's name.
    pub event_type: String,
    /// The version of its shape.
    pub event_version: String,
    /// The stored text of the payload; a large one names its blobs.
    pub payload: String,
    /// The stored text of the metadata.
    pub metadata: String,
}

impl Row {
    /// How many bytes it takes in a frame, before that is compressed.
    pub fn size(&self) -> usize {
        self.texts().iter().map(|text| 4 + text.len()).sum::<usize>() + 24
    }

    /// Writes it behind what is there.
    pub(super) fn write(&self, into: &mut Vec<u8>) {
        for number in [self.position, self.sequence, self.recorded_at] {
            into.extend_from_slice(&number.to_le_bytes());
        }
        for text in self.texts() {
            let length = u32::try_from(text.len()).expect("the ledger takes no text of 4 GiB");
            into.extend_from_slice(&length.to_le_bytes());
            into.extend_from_slice(text.as_bytes());
        }
    }

    /// Takes one from the beginning of these bytes; nothing where they do not begin with one.
    pub(super) fn read(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self {
            position: number(bytes)?,
            sequence: number(bytes)?,
            recorded_at: number(bytes)?,
            aggregate_id: text(bytes)?,
            event_type: text(bytes)?,
            event_version: text(bytes)?,
            payload: text(bytes)?,
            metadata: text(bytes)?,
        })
    }

    const fn texts(&self) -> [&String; 5] {
        [&self.aggregate_id, &self.event_type, &self.event_version, &self.payload, &self.metadata]
    }
}

fn taken<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (head, tail) = bytes.split_at_checked(count)?;
    *bytes = tail;
    Some(head)
}

fn number(bytes: &mut &[u8]) -> Option<i64> {
    Some(i64::from_le_bytes(taken(bytes, 8)?.try_into().ok()?))
}

fn text(bytes: &mut &[u8]) -> Option<String> {
    let length = u32::from_le_bytes(taken(bytes, 4)?.try_into().ok()?);
    let text = taken(bytes, usize::try_from(length).ok()?)?;
    String::from_utf8(text.to_vec()).ok()
}
