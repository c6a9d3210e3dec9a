//! What stands between a watcher and the WebSocket of its node. The test says what it does, while it
//! runs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio::time::interval;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{accept_async, client_async};

use super::anvil::Anvil;
use super::peer::in_background;

/// How often it pings.
const PINGS: Duration = Duration::from_millis(50);

/// What is done to those who are connected.
#[derive(Debug, Clone)]
enum Deed {
    Says(Message),
    /// A block that the node does not have, under the subscription of whoever listens.
    Announces(Value),
    Cuts,
}

/// The proxy; it ends with its test.
pub(crate) struct SocketProxy {
    pub(crate) address: SocketAddr,
    deeds: broadcast::Sender<Deed>,
    mute: Arc<watch::Sender<bool>>,
    subscribed: watch::Receiver<usize>,
}

impl SocketProxy {
    /// One that does no harm until it is told to.
    pub(crate) async fn before(node: &Anvil) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (address, node) = (listener.local_addr().unwrap(), node.address);
        let (deeds, _) = broadcast::channel(64);
        let mute = Arc::new(watch::channel(false).0);
        let (tells, subscribed) = watch::channel(0);
        let (does, tells, is_mute) = (deeds.clone(), Arc::new(tells), mute.subscribe());
        in_background(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (does, is_mute) = (does.subscribe(), is_mute.clone());
                in_background(serve(stream, node, does, is_mute, Arc::clone(&tells)));
            }
        });
        Self { address, deeds, mute, subscribed }
    }

    /// From now on it passes on no block, and pings.
    pub(crate) fn falls_silent(&self) {
        self.mute.send_replace(true);
    }

    /// From now on it passes on what the node says.
    pub(crate) fn heals(&self) {
        self.mute.send_replace(false);
    }

    /// All connections are cut.
    pub(crate) fn cuts(&self) {
        let _ = self.deeds.send(Deed::Cuts);
    }

    /// It says this.
    pub(crate) fn says(&self, message: Message) {
        let _ = self.deeds.send(Deed::Says(message));
    }

    /// It announces a block of this number that the node does not have.
    pub(crate) fn announces(&self, number: u64) {
        let hash = format!("0x{number:064x}");
        let block = json!({"number": format!("0x{number:x}"), "hash": hash});
        let _ = self.deeds.send(Deed::Announces(block));
    }

    /// Waits until so many subscriptions were answered.
    pub(crate) async fn subscribed(&self, count: usize) {
        let mut subscribed = self.subscribed.clone();
        let enough = subscribed.wait_for(|found| *found >= count);
        tokio::time::timeout(Duration::from_secs(20), enough).await.unwrap().unwrap();
    }

    /// How many there were so far.
    pub(crate) fn subscriptions(&self) -> usize {
        *self.subscribed.borrow()
    }
}

async fn serve(
    stream: TcpStream,
    node: SocketAddr,
    mut deeds: broadcast::Receiver<Deed>,
    mute: watch::Receiver<bool>,
    tells: Arc<watch::Sender<usize>>,
) {
    let Ok(mut watcher) = accept_async(stream).await else { return };
    let wire = TcpStream::connect(node).await.unwrap();
    let (mut node, _) = client_async(format!("ws://{node}/"), wire).await.unwrap();
    let (mut pings, mut subscription) = (interval(PINGS), Value::Null);
    loop {
        let sent = tokio::select! {
            _ = pings.tick() => watcher.send(Message::Ping(Vec::new().into())).await,
            Some(Ok(message)) = watcher.next() => match message {
                Message::Text(_) => node.send(message).await,
                Message::Binary(_)
                | Message::Ping(_)
                | Message::Pong(_)
                | Message::Close(_)
                | Message::Frame(_) => Ok(()),
            },
            Some(Ok(message)) = node.next() => {
                let Message::Text(text) = &message else { continue };
                let told: Value = serde_json::from_str(text.as_str()).unwrap();
                let is_answer = told.get("id").is_some();
                if is_answer {
                    subscription = told["result"].clone();
                } else if *mute.borrow() {
                    continue;
                }
                let sent = watcher.send(message).await;
                if is_answer {
                    tells.send_modify(|count| *count += 1);
                }
                sent
            }
            Ok(deed) = deeds.recv() => match deed {
                Deed::Says(message) => watcher.send(message).await,
                Deed::Announces(block) => {
                    let params = json!({"subscription": subscription, "result": block});
                    let told = json!({"jsonrpc": "2.0", "method": "eth_subscription", "params": params});
                    watcher.send(Message::text(told.to_string())).await
                }
                Deed::Cuts => return,
            },
            else => return,
        };
        if sent.is_err() {
            return;
        }
    }
}
