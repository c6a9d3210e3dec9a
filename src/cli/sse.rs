//! Reads server-sent events off a stream of bytes.

use bytes::Bytes;
use futures::{Stream, StreamExt};

use crate::egress::Error;

/// One event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// Its id, which resumes the stream behind it.
    pub(super) id: Option<String>,
    /// Its data; lines are joined by line feeds.
    pub(super) data: String,
}

/// The events of a stream.
pub(super) struct Events<S> {
    bytes: S,
    buffer: Vec<u8>,
}

impl<S: Stream<Item = Result<Bytes, Error>> + Unpin> Events<S> {
    /// The events in these bytes.
    pub(super) const fn new(bytes: S) -> Self {
        Self { bytes, buffer: Vec::new() }
    }

    /// The next event with data; `None` when the stream has ended. Comments are passed over.
    pub(super) async fn next(&mut self) -> Result<Option<Event>, Error> {
        loop {
            while let Some(end) = self.buffer.windows(2).position(|two| two == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
                let event = parse(&String::from_utf8_lossy(&block));
                if !event.data.is_empty() {
                    return Ok(Some(event));
                }
            }
            match self.bytes.next().await {
                Some(chunk) => self.buffer.extend_from_slice(&chunk?),
                None => return Ok(None),
            }
        }
    }
}

fn parse(block: &str) -> Event {
    let mut event = Event::default();
    for line in block.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => event.id = Some(value.to_owned()),
            "data" => {
                if !event.data.is_empty() {
                    event.data.push('\n');
                }
                event.data.push_str(value);
            }
            _ => {}
        }
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn events_are_found_across_the_borders_of_chunks() {
        let chunks = [": hello\n\nid: 7\nda", "ta: {\"a\":\ndata: 1}\n", "\nid: 8\ndata: x\n\n"];
        let bytes = futures::stream::iter(chunks.map(|chunk| Ok(Bytes::from(chunk))));
        let mut events = Events::new(bytes);
        let first = Event { id: Some("7".into()), data: "{\"a\":\n1}".into() };
        assert_eq!(events.next().await.ok().flatten(), Some(first));
        let second = Event { id: Some("8".into()), data: "x".into() };
        assert_eq!(events.next().await.ok().flatten(), Some(second));
        assert_eq!(events.next().await.ok().flatten(), None);
    }
}
