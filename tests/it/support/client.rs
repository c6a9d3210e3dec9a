//! A client that sends what it is told, also what no decent client would send.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long an answer may take before the test is taken for hanging.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends requests to one server, each over a connection of its own.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    address: SocketAddr,
    key: Option<String>,
    organization: Option<String>,
}

/// A request in the making.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    client: Client,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// A client that sends this key with every request.
    pub(crate) fn new(address: SocketAddr, key: Option<&str>) -> Self {
        Self { address, key: key.map(str::to_owned), organization: None }
    }

    /// The address as a URL, and the key, for commands that talk to the same server.
    pub(crate) fn credentials(&self) -> (String, &str) {
        (format!("http://{}", self.address), self.key.as_deref().unwrap_or_default())
    }

    /// The same without a key.
    pub(crate) fn stranger(&self) -> Self {
        Self { address: self.address, key: None, organization: None }
    }

    /// The same server with another key, which chooses the organization by itself.
    pub(crate) fn with_key(&self, key: &str) -> Self {
        Self::new(self.address, Some(key))
    }

    /// The same key in the name of another organization.
    pub(crate) fn within(&self, organization: &str) -> Self {
        Self { organization: Some(organization.to_owned()), ..self.clone() }
    }

    /// A request for this path. Braces and quotes, which only JSON in a query has, are encoded.
    pub(crate) fn request(&self, method: &str, path: &str) -> Request {
        let path = path.replace('{', "%7B").replace('}', "%7D").replace('"', "%22");
        let (client, method) = (self.clone(), method.to_owned());
        Request { client, method, path, headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request("GET", path).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.request("POST", path).json(body).send().await
    }

    /// The answer to a read that is asked again, as its client is told to, while the view has not
    /// reached the position that it wants.
    pub(crate) async fn reached(&self, path: &str) -> Response {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let response = self.get(path).await;
            let late = response.status == 503 && response.code() == "position-not-reached";
            if !late || Instant::now() > give_up {
                return response;
            }
        }
    }

    /// The data of an answer that must be a success.
    pub(crate) async fn data(&self, path: &str) -> Value {
        self.reached(path).await.data()
    }

    /// Opens a stream of events.
    pub(crate) async fn stream(&self, path: &str, last_event_id: Option<i64>) -> Events {
        let mut request = self.request("GET", path).header("Accept", "text/event-stream");
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", &id.to_string());
        }
        Events::of(request.open().await).await
    }

    /// Opens a stream of events behind a position where somebody answers and has one.
    pub(crate) async fn try_stream(&self, path: &str, last_event_id: i64) -> Option<Events> {
        let request = self.request("GET", path).header("Accept", "text/event-stream");
        let request = request.header("Last-Event-ID", &last_event_id.to_string());
        let events = Events::of(request.try_open().await.ok()?).await;
        (events.status == 200).then_some(events)
    }
}

impl Events {
    /// What is answered on this connection.
    async fn of(connection: TcpStream) -> Self {
        let mut reader = BufReader::new(connection);
        let (status, headers) = read_head(&mut reader).await;
        let (buffer, said) = (String::new(), String::new());
        Self { status, headers, reader, buffer, ended: false, said }
    }
}

impl Request {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json").bytes(body.to_string())
    }

    pub(crate) fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) async fn send(self) -> Response {
        let label = format!("{} {}", self.method, self.path);
        let mut reader = BufReader::new(self.open().await);
        let answer = async {
            let (status, headers) = read_head(&mut reader).await;
            let body = read_body(&mut reader, &headers).await;
            Response { status, headers, body }
        };
        timeout(PATIENCE, answer).await.unwrap_or_else(|_| panic!("no answer to {label}"))
    }

    async fn open(self) -> TcpStream {
        self.try_open().await.unwrap()
    }

    async fn try_open(self) -> std::io::Result<TcpStream> {
        let mut stream = TcpStream::connect(self.client.address).await?;
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n",
            self.method, self.path
        );
        let own_key =
            self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        if let Some(organization) = &self.client.organization {
            write!(head, "X-Org-ID: {organization}\r\n").unwrap();
        }
        if let Some(key) = self.client.key.filter(|_| !own_key) {
            write!(head, "Authorization: Bearer {key}\r\n").unwrap();
        }
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        let own_length = self.headers.iter().any(|(name, _)| {
            ["content-length", "transfer-encoding"].contains(&name.to_lowercase().as_str())
        });
        if !own_length && !self.body.is_empty() {
            write!(head, "Content-Length: {}\r\n", self.body.len()).unwrap();
        }
        head += "\r\n";
        stream.write_all(head.as_bytes()).await?;
        // A server that has refused the head may not read the body.
        let _ = stream.write_all(&self.body).await;
        Ok(stream)
    }
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} is no JSON: {}", self.status, self.text()))
    }

    /// The data of an answer that must be a success.
    pub(crate) fn data(&self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.text());
        self.json()["data"].clone()
    }

    /// The code of a problem.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// An event of a stream.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) data: Value,
}

/// A stream of events.
pub(crate) struct Events {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    reader: BufReader<TcpStream>,
    buffer: String,
    ended: bool,
    /// What was said beside events with an id.
    pub(crate) said: String,
}

impl Events {
    /// The next event; `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some(end) = self.buffer.find("\n\n") {
                let block: String = self.buffer.drain(..end + 2).collect();
                if let Some(event) = parse(&block) {
                    return Some(event);
                }
                self.said += &block;
            }
            if self.ended {
                return None;
            }
            let chunk = timeout(PATIENCE, read_chunk(&mut self.reader)).await;
            match chunk.expect("the stream is silent") {
                Some(chunk) => self.buffer.push_str(&String::from_utf8_lossy(&chunk)),
                None => self.ended = true,
            }
        }
    }

    /// So many events; the stream must have them.
    pub(crate) async fn take(&mut self, count: usize) -> Vec<Event> {
        let mut events = Vec::new();
        while events.len() < count {
            events.push(self.next().await.expect("the stream goes on"));
        }
        events
    }

    /// All events up to the end.
    pub(crate) async fn rest(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| {
        block
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned))
    };
    let data = field("data")?;
    Some(Event {
        id: field("id")?.parse().unwrap(),
        kind: field("event")?,
        data: serde_json::from_str(&data).unwrap(),
    })
}

async fn read_head(reader: &mut BufReader<TcpStream>) -> (u16, Vec<(String, String)>) {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        let read = reader.read_line(&mut line).await.unwrap_or(0);
        let line = line.trim_end().to_owned();
        if read == 0 || line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let status = lines.first().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
    let headers = lines.iter().skip(1).filter_map(|line| line.split_once(": "));
    (status, headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect())
}

async fn read_body(reader: &mut BufReader<TcpStream>, headers: &[(String, String)]) -> Vec<u8> {
    let mut body = Vec::new();
    if headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked") {
        while let Some(chunk) = read_chunk(reader).await {
            body.extend(chunk);
        }
    } else {
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
        let mut limited = reader.take(length);
        let _ = limited.read_to_end(&mut body).await;
    }
    body
}

/// One chunk of a chunked body; `None` at its end, or when the connection has gone.
async fn read_chunk(reader: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut size = String::new();
    reader.read_line(&mut size).await.ok()?;
    let size = usize::from_str_radix(size.trim(), 16).ok().filter(|size| *size > 0)?;
    let mut chunk = vec![0; size + 2];
    reader.read_exact(&mut chunk).await.ok()?;
    chunk.truncate(size);
    Some(chunk)
}
