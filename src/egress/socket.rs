//! WebSockets through the same door: the address is judged as for HTTP, TLS trusts the same
//! roots, and what the peer may send at a time is bounded.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use reqwest::header::HeaderMap;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use url::{Host, Url};

use super::{Egress, Refusal, tls};

/// How long a connection may take to come about: look-up, TLS and handshake together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a frame may take to be sent.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// The pause before a new connection; it doubles with each that fails in a row.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// How often it doubles: to half a minute.
const MAX_DOUBLINGS: u32 = 7;
/// The largest message that may be asked for.
const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// The pause before a new connection after so many failures in a row, half of it by chance, so that
/// not everybody comes back at the same moment.
pub fn socket_pause(failures: u32, chance: u8) -> Duration {
    let pause = FIRST_PAUSE * 2_u32.pow(failures.min(MAX_DOUBLINGS));
    pause / 2 + pause / 2 * u32::from(chance) / 255
}

/// A WebSocket to the outside.
pub struct Socket {
    host: String,
    stream: WebSocketStream<Box<dyn Wire>>,
}

/// Why there is no WebSocket, or no more of it.
///
/// The texts name the host, never the path, the query or a header: those may hold credentials.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// The text is no URL of a WebSocket.
    #[error("the URL is none of a WebSocket: it begins with wss:// or ws://")]
    Url,
    /// The destination is refused.
    #[error("the connection is refused: {0}")]
    Refused(#[from] Refusal),
    /// No connection came about.
    #[error("connecting to {host} failed: {source}")]
    Connect {
        /// The host.
        host: String,
        /// What the network says.
        #[source]
        source: std::io::Error,
    },
    /// TLS cannot be spoken.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The peer speaks no WebSocket, or broke off.
    #[error("the WebSocket to {host} failed: {source}")]
    Protocol {
        /// The host.
        host: String,
        /// What is wrong.
        #[source]
        source: Box<tungstenite::Error>,
    },
    /// The time is up.
    #[error("{host} did not answer within {} s", after.as_secs())]
    Timeout {
        /// The host.
        host: String,
        /// The time that was allowed.
        after: Duration,
    },
}

impl Egress {
    /// Opens a WebSocket whose peer sends no message larger than this.
    ///
    /// # Errors
    ///
    /// The address is refused, or nobody speaks there.
    pub async fn socket(
        &self,
        url: &str,
        headers: &HeaderMap,
        max_message_bytes: usize,
    ) -> Result<Socket, SocketError> {
        let url: Url = url.parse().map_err(|_| SocketError::Url)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let opening = self.open_socket(url, headers, max_message_bytes);
        let late = |_| SocketError::Timeout { host, after: CONNECT_TIMEOUT };
        timeout(CONNECT_TIMEOUT, opening).await.map_err(late)?
    }

    async fn open_socket(
        &self,
        url: Url,
        headers: &HeaderMap,
        max_message_bytes: usize,
    ) -> Result<Socket, SocketError> {
        let mut judged = url.clone();
        let (scheme, is_secret) = match url.scheme() {
            "wss" => ("https", true),
            "ws" => ("http", false),
            _ => return Err(SocketError::Url),
        };
        judged.set_scheme(scheme).map_err(|()| SocketError::Url)?;
        let port = self.guard().check(&judged)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let connect = |source| SocketError::Connect { host: host.clone(), source };
        let found: Vec<SocketAddr> = match url.host() {
            Some(Host::Ipv4(address)) => vec![(address, port).into()],
            Some(Host::Ipv6(address)) => vec![(address, port).into()],
            Some(Host::Domain(name)) => {
                tokio::net::lookup_host((name, port)).await.map_err(connect)?.collect()
            }
            None => return Err(SocketError::Url),
        };
        // The connection goes to the judged addresses only.
        let admitted: Vec<_> =
            found.into_iter().filter(|it| self.guard().admits(it.ip(), port)).collect();
        if admitted.is_empty() {
            return Err(Refusal::Name(host).into());
        }
        let wire = TcpStream::connect(&admitted[..]).await.map_err(connect)?;
        let wire: Box<dyn Wire> = if is_secret {
            let mut config = tls::client()?;
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned());
            let name = name.map_err(|_| SocketError::Url)?;
            let connector = TlsConnector::from(Arc::new(config));
            Box::new(connector.connect(name, wire).await.map_err(connect)?)
        } else {
            Box::new(wire)
        };
        let protocol = |source: tungstenite::Error| SocketError::Protocol {
            host: host.clone(),
            source: Box::new(source),
        };
        let mut request = url.as_str().into_client_request().map_err(protocol)?;
        request.headers_mut().extend(headers.clone());
        let limit = max_message_bytes.min(MAX_MESSAGE_BYTES);
        let config = WebSocketConfig::default()
            .max_message_size(Some(limit))
            .max_frame_size(Some(limit))
            .max_write_buffer_size(2 * MAX_MESSAGE_BYTES);
        let opened = client_async_with_config(request, wire, Some(config)).await;
        let (stream, _) = opened.map_err(protocol)?;
        Ok(Socket { host, stream })
    }
}

impl Socket {
    /// The next text of the peer; none when it has closed. Pings are answered and say nothing.
    ///
    /// # Errors
    ///
    /// The peer broke off, or sent something that is larger than was asked for, or no text.
    pub async fn next(&mut self) -> Result<Option<String>, SocketError> {
        loop {
            let Some(message) = self.stream.next().await else { return Ok(None) };
            match message.map_err(|source| self.broken(source))? {
                Message::Text(text) => return Ok(Some(text.as_str().to_owned())),
                Message::Close(_) => return Ok(None),
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    /// Sends a text.
    ///
    /// # Errors
    ///
    /// The peer does not take it, or broke off.
    pub async fn send(&mut self, text: &str) -> Result<(), SocketError> {
        let sending = self.stream.send(Message::text(text));
        let sent = timeout(SEND_TIMEOUT, sending).await;
        let late = |_| SocketError::Timeout { host: self.host.clone(), after: SEND_TIMEOUT };
        sent.map_err(late)?.map_err(|source| self.broken(source))
    }

    fn broken(&self, source: tungstenite::Error) -> SocketError {
        SocketError::Protocol { host: self.host.clone(), source: Box::new(source) }
    }
}
