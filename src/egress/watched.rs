//! A stream of our own server of which only the ids are read: for measurements with thousands of them, where a
//! client that is fit for anything would cost more than what is measured.

use std::cell::RefCell;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};

/// Bytes of one reading.
const PART: usize = 64 * 1024;
/// So much of a line is looked at: an id has 19 digits at most.
const LINE: usize = 32;

thread_local! {
    /// All streams of a thread read into this, one after the other.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; PART]);
}

/// A stream that is open.
#[derive(Debug)]
pub struct Watched {
    stream: TcpStream,
    lines: Lines,
}

impl Watched {
    /// Asks the server at this address for the path, from one of this machine's own addresses. What it answers
    /// is read as events, whatever it is: whoever measures sees that nothing came.
    pub async fn open(
        server: SocketAddr,
        source: Ipv4Addr,
        path: &str,
        key: &str,
    ) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((source, 0)))?;
        let mut stream = socket.connect(server).await?;
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {server}\r\nAuthorization: Bearer {key}\r\n\
             Accept: text/event-stream\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await?;
        Ok(Self { stream, lines: Lines::default() })
    }

    /// Waits until something comes, and adds the ids in it; false at the end of the stream.
    pub async fn ids(&mut self, found: &mut Vec<i64>) -> io::Result<bool> {
        loop {
            self.stream.readable().await?;
            let read = BUFFER.with_borrow_mut(|buffer| {
                let read = self.stream.try_read(buffer)?;
                self.lines.take(&buffer[..read], found);
                Ok(read)
            });
            match read {
                Ok(read) => return Ok(read > 0),
                Err(error) if io::Error::kind(&error) == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The status of the answer; none before its first line came.
    pub fn status(&self) -> Option<u16> {
        self.lines.status
    }
}

/// The lines of an answer, cut anywhere. Where a chunk of it ends there is a line's end too.
#[derive(Debug, Default)]
struct Lines {
    line: [u8; LINE],
    length: usize,
    status: Option<u16>,
}

impl Lines {
    fn take(&mut self, bytes: &[u8], found: &mut Vec<i64>) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.add(&rest[..end]);
            self.read(found);
            rest = &rest[end + 1..];
        }
        self.add(rest);
    }

    fn add(&mut self, text: &[u8]) {
        let taken = text.len().min(LINE - self.length);
        self.line[self.length..self.length + taken].copy_from_slice(&text[..taken]);
        self.length += taken;
    }

    fn read(&mut self, found: &mut Vec<i64>) {
        let line = std::str::from_utf8(&self.line[..self.length]).unwrap_or_default();
        if let Some(id) = line.strip_prefix("id: ") {
            found.extend(id.trim_end().parse::<i64>());
        } else if self.status.is_none() {
            self.status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        }
        self.length = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_however_the_answer_is_cut() {
        let text = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n\
            d\r\nretry: 3000\n\n\r\n40\r\nid: 7\nevent: run.started\ndata: {\"a\":\"id: 9\"}\n\n\
            id: 8\nevent: x\ndata: {}\n\n\r\n10\r\n: keep-alive\n\n\r\n";
        for size in [1, 2, 7, text.len()] {
            let (mut lines, mut found) = (Lines::default(), Vec::new());
            text.chunks(size).for_each(|part| lines.take(part, &mut found));
            assert_eq!((lines.status, found), (Some(200), vec![7, 8]), "in parts of {size}");
        }
    }
}
