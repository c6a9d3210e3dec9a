//! A WebSocket on this machine that says what it is told: prices as an oracle signs them, or as none would.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use alloy_primitives::{Address, B256, I256, U256, hex, keccak256};
use chainkeel::primitives::{Clock as _, Secret, SystemClock};
use chainkeel::triggers::price::{Assets, Feed, Oracle, Quotes};
use futures::{SinkExt as _, StreamExt as _};
use k256::ecdsa::SigningKey;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::interval;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

use super::peer::in_background;

/// The key of the oracle, and one that is somebody else's.
pub(crate) const OURS: u8 = 1;
pub(crate) const STRANGE: u8 = 2;
/// How often it pings.
const PINGS: Duration = Duration::from_millis(50);
/// How old a price may be.
const MAX_AGE: Duration = Duration::from_mins(1);

/// The peer; it ends with its test.
pub(crate) struct SocketPeer {
    pub(crate) address: SocketAddr,
    frames: broadcast::Sender<Message>,
    asked: watch::Receiver<Vec<Asked>>,
}

/// A subscription that came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) authorization: String,
    pub(crate) message: Value,
}

impl SocketPeer {
    /// One that says what it is told, and answers and sends pings whatever happens.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (frames, _) = broadcast::channel(64);
        let (tells, asked) = watch::channel(Vec::new());
        let says = frames.clone();
        in_background(async move {
            let tells = Arc::new(tells);
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                in_background(serve(stream, says.clone(), Arc::clone(&tells)));
            }
        });
        Self { address, frames, asked }
    }

    /// How an application hears it, that goes away when nothing that counts was said for so long.
    pub(crate) fn feed(&self, silence: Option<Duration>) -> Feed {
        self.feed_of(silence, &Assets::default())
    }

    /// How an application hears it that keeps the prices of these for its policies, and by whose word.
    pub(crate) fn valuing(&self, assets: &str) -> (Feed, Quotes) {
        let assets = Assets::read(assets).unwrap();
        let feed = self.feed_of(None, &assets);
        let quotes = Quotes { oracle: feed.oracle.clone(), assets };
        (feed, quotes)
    }

    fn feed_of(&self, silence: Option<Duration>, assets: &Assets) -> Feed {
        let oracle = Oracle::new(signer(OURS).1.into_array(), MAX_AGE);
        let url = format!("ws://{}/evm/subscribe", self.address);
        let token = Secret::new("a-token".to_owned());
        Feed { url, token, oracle, silence, assets: assets.clone() }
    }

    /// Says something to all who have subscribed.
    #[expect(clippy::needless_pass_by_value, reason = "frames are made where they are said")]
    pub(crate) fn says(&self, frame: impl ToString) {
        // Nobody may be listening.
        let _ = self.frames.send(Message::text(frame.to_string()));
    }

    /// Says something that is no text.
    pub(crate) fn says_bytes(&self, bytes: &'static [u8]) {
        let _ = self.frames.send(Message::binary(bytes));
    }

    /// Says good-bye to all who have subscribed.
    pub(crate) fn hangs_up(&self) {
        let _ = self.frames.send(Message::Close(None));
    }

    /// Waits until so many subscriptions came; all of them.
    pub(crate) async fn asked(&self, count: usize) -> Vec<Asked> {
        let mut asked = self.asked.clone();
        let enough = asked.wait_for(|asked| asked.len() >= count);
        tokio::time::timeout(Duration::from_secs(20), enough).await.unwrap().unwrap().clone()
    }
}

#[expect(clippy::result_large_err, reason = "the library asks for this answer")]
async fn serve(
    stream: TcpStream,
    frames: broadcast::Sender<Message>,
    tells: Arc<watch::Sender<Vec<Asked>>>,
) {
    let authorization = Mutex::new(String::new());
    let note = |request: &Request, response: Response| {
        let value = request.headers().get("authorization").and_then(|it| it.to_str().ok());
        *authorization.lock().unwrap() = value.unwrap_or_default().into();
        Ok(response)
    };
    let Ok(mut socket) = accept_hdr_async(stream, note).await else { return };
    let authorization = authorization.into_inner().unwrap();
    let (mut hears, mut pings) = (None, interval(PINGS));
    loop {
        let next = async {
            let frames: &mut broadcast::Receiver<Message> = match &mut hears {
                Some(frames) => frames,
                None => std::future::pending().await,
            };
            loop {
                match frames.recv().await {
                    Ok(frame) => return frame,
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        let sent = tokio::select! {
            frame = next => socket.send(frame).await,
            _ = pings.tick() => socket.send(Message::Ping(Vec::new().into())).await,
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    hears.get_or_insert_with(|| frames.subscribe());
                    let message = serde_json::from_str(text.as_str()).unwrap_or_else(|_| text.as_str().into());
                    let asked = Asked { authorization: authorization.clone(), message };
                    tells.send_modify(|all| all.push(asked));
                    Ok(())
                }
                Some(Ok(_)) => Ok(()),
                Some(Err(_)) | None => return,
            },
        };
        if sent.is_err() {
            return;
        }
    }
}

fn signer(byte: u8) -> (SigningKey, Address) {
    let key = SigningKey::from_slice(&[byte; 32]).unwrap();
    let point = key.verifying_key().to_encoded_point(false);
    (key, Address::from_raw_public_key(&point.as_bytes()[1..]))
}

/// The present in nanoseconds.
pub(crate) fn now_ns() -> u64 {
    SystemClock.now().unix_timestamp_nanos().try_into().unwrap()
}

/// A price in whole units, as a key signs it for a time.
pub(crate) fn price(key: u8, asset: &str, whole: i128, at_ns: u64) -> Value {
    let (key, address) = signer(key);
    let (id, units) = (keccak256(asset.as_bytes()), whole * 10_i128.pow(18));
    let mut packed = address.to_vec();
    packed.extend_from_slice(id.as_slice());
    packed.extend_from_slice(&U256::from(at_ns).to_be_bytes::<32>());
    packed.extend_from_slice(&I256::try_from(units).unwrap().to_be_bytes::<32>());
    packed.extend_from_slice(&[3; 32]);
    packed.extend_from_slice(&[7; 32]);
    let mut message = b"\x19Ethereum Signed Message:\n32".to_vec();
    message.extend_from_slice(keccak256(packed).as_slice());
    let (signature, parity) = key.sign_prehash_recoverable(keccak256(message).as_slice()).unwrap();
    let (r, s) = signature.split_bytes();
    json!({"type": "oracle_prices", "data": {asset: {"timestamp": at_ns, "stork_signed_price": {
        "public_key": address,
        "encoded_asset_id": id,
        "price": units.to_string(),
        "timestamped_signature": {
            "signature": {
                "r": hex::encode_prefixed(r),
                "s": hex::encode_prefixed(s),
                "v": format!("0x{:x}", parity.to_byte() + 27),
            },
            "timestamp": at_ns,
        },
        "publisher_merkle_root": B256::repeat_byte(3),
        "calculation_alg": {"type": "median", "checksum": hex::encode([7; 32])},
    }}}})
}
