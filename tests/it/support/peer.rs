//! Servers on this machine to talk to, and doors that lead to them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::web::{Data, ServiceConfig};
use actix_web::{App, HttpServer};
use chainkeel::egress::{Config, Egress};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A server on a port of its own, which ends with its test.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Peer {
    /// Serves what `configure` says.
    pub(crate) fn start(configure: fn(&mut ServiceConfig)) -> Self {
        Self::with(&Data::new(()), configure)
    }

    /// Serves what `configure` says, with something that the test holds, too.
    pub(crate) fn with<T: Send + Sync + 'static>(
        held: &Data<T>,
        configure: fn(&mut ServiceConfig),
    ) -> Self {
        let connections = Arc::new(AtomicUsize::new(0));
        let (counter, held) = (connections.clone(), held.clone());
        let server =
            HttpServer::new(move || App::new().app_data(held.clone()).configure(configure))
                .workers(1)
                .disable_signals()
                .on_connect(move |_, _| {
                    counter.fetch_add(1, Ordering::Relaxed);
                })
                .bind(("127.0.0.1", 0))
                .unwrap();
        let address = server.addrs()[0];
        in_background(async { server.run().await.unwrap() });
        Self { address, connections }
    }

    /// How many connections were made so far.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// A URL of this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The opening that leads to this server and nowhere else.
    pub(crate) fn opening(&self) -> String {
        self.address.to_string()
    }
}

/// Serves connections by hand: reads the head of a request, then does as told.
pub(crate) async fn raw<F>(answer: impl Fn(TcpStream) -> F + 'static) -> SocketAddr
where
    F: Future<Output = ()> + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    in_background(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") && stream.read_buf(&mut head).await.unwrap() > 0 {}
            in_background(answer(stream));
        }
    });
    address
}

/// Writes, and does not mind that the peer has gone.
pub(crate) async fn write(stream: &mut TcpStream, text: &[u8]) -> bool {
    stream.write_all(text).await.is_ok()
}

#[expect(clippy::disallowed_methods, reason = "tests have no supervisor; the task ends with them")]
pub(crate) fn in_background(task: impl Future<Output = ()> + 'static) {
    actix_web::rt::spawn(task);
}

/// A door with these openings.
pub(crate) fn door(openings: &[String]) -> Egress {
    let allow = openings.iter().map(|opening| opening.parse().unwrap()).collect();
    Egress::new(&Config { allow }).unwrap()
}
