//! What stands between a node and its PostgreSQL, and does what networks do: it goes dark, cuts, is slow, and
//! loses notifications. It has a thread of its own, so that a test may do so while it waits.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::LocalSet;

use super::peer::in_background;

/// The message by which PostgreSQL tells of a NOTIFY.
const NOTIFICATION: u8 = b'A';

/// What is done to what comes by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Weather {
    /// Nothing gets through, in either direction; it waits.
    pub(crate) dark: bool,
    /// Notifications are lost.
    pub(crate) deaf: bool,
    /// Each piece comes so much later.
    pub(crate) late: Duration,
    /// Grows when all connections are cut.
    pub(crate) cuts: u32,
    /// The directory of the socket behind it.
    pub(crate) socket: PathBuf,
}

/// The proxy; it ends with its test.
pub(crate) struct DatabaseProxy {
    address: SocketAddr,
    weather: watch::Sender<Weather>,
}

impl DatabaseProxy {
    /// One that does no harm until it is told to.
    pub(crate) fn before(socket: &Path) -> Self {
        let weather = Weather { socket: socket.to_owned(), ..Weather::default() };
        let (weather, seen) = watch::channel(weather);
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            LocalSet::new().block_on(&runtime.unwrap(), async move {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                accept(listener, seen).await;
            });
        });
        Self { address: told.recv().unwrap(), weather }
    }

    /// Where a database is, behind it.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgresql://chainkeel@{}/{database}?sslmode=disable", self.address)
    }

    /// Changes the weather.
    pub(crate) fn turn(&self, change: impl FnOnce(&mut Weather)) {
        self.weather.send_modify(change);
    }
}

/// Serves until the test has let go of the proxy.
async fn accept(listener: TcpListener, weather: watch::Receiver<Weather>) {
    let mut over = weather.clone();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted.unwrap().0,
            () = async { while over.changed().await.is_ok() {} } => return,
        };
        let weather = weather.clone();
        in_background(async move {
            // Either side may go at any time.
            let _ = serve(stream, weather).await;
        });
    }
}

async fn serve(client: TcpStream, weather: watch::Receiver<Weather>) -> io::Result<()> {
    client.set_nodelay(true)?;
    let (socket, cuts) = {
        let seen = weather.borrow();
        (seen.socket.join(".s.PGSQL.5432"), seen.cuts)
    };
    let cut = async {
        // Those that the test has let go of end with it.
        let _ = weather.clone().wait_for(|now| now.cuts != cuts).await;
    };
    let mut pace = weather.clone();
    let piped = async {
        light(&mut pace).await;
        let server = UnixStream::connect(socket).await?;
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let asked = pass(from_client, to_server, weather.clone(), None);
        let told = pass(from_server, to_client, weather.clone(), Some(Frames::default()));
        // Where one direction ends, so does the connection.
        tokio::select! {
            ended = asked => ended,
            ended = told => ended,
        }
    };
    tokio::select! {
        ended = piped => ended,
        () = cut => Ok(()),
    }
}

/// Waits while it is dark.
async fn light(weather: &mut watch::Receiver<Weather>) {
    let _ = weather.wait_for(|now| !now.dark).await;
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut weather: watch::Receiver<Weather>,
    mut frames: Option<Frames>,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        let late = weather.borrow().late;
        if !late.is_zero() {
            tokio::time::sleep(late).await;
        }
        light(&mut weather).await;
        let deaf = weather.borrow().deaf;
        let passed = match &mut frames {
            Some(frames) => &frames.without_notifications(&buffer[..read], deaf),
            None => &buffer[..read],
        };
        to.write_all(passed).await?;
    }
}

/// Where a stream of messages of PostgreSQL stands: each is a letter, a length that counts itself, and a body.
#[derive(Debug, Default)]
struct Frames {
    head: Vec<u8>,
    left: usize,
    is_lost: bool,
}

impl Frames {
    /// What is passed on of these bytes. A message is lost as a whole or not at all.
    fn without_notifications(&mut self, mut bytes: &[u8], deaf: bool) -> Vec<u8> {
        let mut kept = Vec::with_capacity(bytes.len());
        while !bytes.is_empty() {
            if self.left == 0 {
                let take = (5 - self.head.len()).min(bytes.len());
                self.head.extend_from_slice(&bytes[..take]);
                bytes = &bytes[take..];
                if self.head.len() < 5 {
                    break;
                }
                let length = u32::from_be_bytes(self.head[1..].try_into().unwrap());
                self.left = usize::try_from(length).unwrap() - 4;
                self.is_lost = deaf && self.head[0] == NOTIFICATION;
                if !self.is_lost {
                    kept.extend_from_slice(&self.head);
                }
                self.head.clear();
            }
            let take = self.left.min(bytes.len());
            if !self.is_lost {
                kept.extend_from_slice(&bytes[..take]);
            }
            self.left -= take;
            bytes = &bytes[take..];
        }
        kept
    }
}
