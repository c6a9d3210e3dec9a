//! The stream that takes the ledger.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream::context::{
    Context, ContextBuilder, GetStreamErrorKind, PublishAckFuture, PublishErrorKind,
};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, RawMessageErrorKind, State};
use async_nats::{Client, ConnectOptions, Event};
use tokio::sync::Notify;

use super::{Error, Ledger, Message, Target};

/// How long a server may take to let the relay in, and to answer.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(5);
/// How long the stream remembers ids, beside the sequences that it holds messages to.
const REMEMBERED: Duration = Duration::from_mins(2);
/// What a message has beside its body at most, in bytes: its headers and its subject.
const BESIDE: usize = 1_024;
/// Under which name the relay is seen in the server's lists.
const NAME: &str = "chainkeel relay";
/// The position, for readers who do not look into the body.
const POSITION: &str = "Chainkeel-Position";

/// How the servers say that a message is not next.
const OUT_OF_TURN: [PublishErrorKind; 2] =
    [PublishErrorKind::WrongLastSequence, PublishErrorKind::WrongLastMessageId];

/// A stream, and the connection to it.
pub struct Stream {
    client: Client,
    context: Context,
    name: String,
    ledger: Ledger,
    lost: Arc<Notify>,
}

/// What a stream holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The first position that it still has; one more than the last where it has none.
    pub first: i64,
    /// The last position that it was given; 0: none.
    pub last: i64,
    /// How many messages it has.
    pub messages: u64,
    /// How many bytes they take.
    pub bytes: u64,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is in the stream.
    Stored,
    /// It was there already.
    Known,
}

/// A message that was sent and not acknowledged yet.
pub struct Underway {
    position: i64,
    ack: PublishAckFuture,
}

impl Stream {
    /// Connects to the servers; the stream need not be there.
    pub async fn reach(target: &Target, ledger: &Ledger) -> Result<Self, Error> {
        let lost = Arc::new(Notify::new());
        let client = connect(target, &lost).await?;
        let context = ContextBuilder::new().timeout(ANSWER).build(client.clone());
        Ok(Self { client, context, name: target.stream.clone(), ledger: ledger.clone(), lost })
    }

    /// Makes the stream where there is none, and brings it to what the settings say.
    pub async fn settle(&self, target: &Target) -> Result<(), Error> {
        let wanted = self.wanted(target);
        let Some(present) = self.config().await? else {
            let made = self.context.create_stream(&wanted).await;
            return made.map(drop).map_err(refused("making the stream"));
        };
        let limits = |it: &Config| (it.max_age, it.max_bytes, it.num_replicas);
        if limits(&present) == limits(&wanted) {
            return Ok(());
        }
        let changed = Config {
            max_age: wanted.max_age,
            max_bytes: wanted.max_bytes,
            num_replicas: wanted.num_replicas,
            duplicate_window: wanted.duplicate_window,
            ..present
        };
        let changed = self.context.update_stream(&changed).await;
        changed.map(drop).map_err(refused("changing the stream's limits"))
    }

    /// What the stream holds; `None`: there is no such stream.
    pub async fn standing(&self) -> Result<Option<Standing>, Error> {
        let Some((_, state)) = self.info().await? else { return Ok(None) };
        let position = |sequence: u64| i64::try_from(sequence).unwrap_or(i64::MAX);
        Ok(Some(Standing {
            first: position(state.first_sequence.max(1)),
            last: position(state.last_sequence),
            messages: state.messages,
            bytes: state.bytes,
        }))
    }

    /// The id of the message at a position, if the stream still has it.
    pub async fn id_at(&self, position: i64) -> Result<Option<String>, Error> {
        let doing = "reading a message of the stream";
        let stream = self.context.get_stream_no_info(&self.name).await;
        let stream = stream.map_err(refused(doing))?;
        match stream.get_raw_message(position.unsigned_abs()).await {
            // Without one it is not ours.
            Ok(message) => {
                let id = message.headers.get(NATS_MESSAGE_ID);
                Ok(Some(id.map(ToString::to_string).unwrap_or_default()))
            }
            Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(refused(doing)(error)),
        }
    }

    /// Sends an event. The stream takes it if it ends right before it, and otherwise not. `after` is the id of the
    /// message before it where that was sent just now: the stream must end with that one and no other.
    pub async fn publish(&self, message: Message, after: Option<&str>) -> Result<Underway, Error> {
        let Message { position, id, subject, body } = message;
        let mut message = PublishMessage::build()
            .payload(body)
            .message_id(id)
            .expected_last_sequence(position.unsigned_abs().saturating_sub(1))
            .expected_stream(&self.name)
            .header(POSITION, position.to_string());
        if let Some(after) = after {
            message = message.expected_last_message_id(after);
        }
        let ack = self.context.send_publish(subject, message).await;
        ack.map(|ack| Underway { position, ack }).map_err(refused("sending an event"))
    }

    /// How long the body of a message may be, in bytes.
    pub fn largest(&self) -> usize {
        self.client.max_payload().saturating_sub(BESIDE)
    }

    /// Waits until the connection breaks.
    pub async fn lost(&self) {
        self.lost.notified().await;
    }

    async fn config(&self) -> Result<Option<Config>, Error> {
        Ok(self.info().await?.map(|(config, _)| config))
    }

    /// The stream, if there is one; it must be of this ledger.
    async fn info(&self) -> Result<Option<(Config, State)>, Error> {
        let info = match self.context.get_stream(&self.name).await {
            Ok(stream) => stream.cached_info().clone(),
            Err(error) => {
                return match error.kind() {
                    GetStreamErrorKind::JetStream(said) if said.code() == 404 => Ok(None),
                    GetStreamErrorKind::JetStream(_)
                    | GetStreamErrorKind::EmptyName
                    | GetStreamErrorKind::Request
                    | GetStreamErrorKind::InvalidStreamName => {
                        Err(refused("asking for the stream")(error))
                    }
                };
            }
        };
        if info.config.subjects == [self.ledger.subjects()] {
            Ok(Some((info.config, info.state)))
        } else {
            let (stream, subjects) = (self.name.clone(), info.config.subjects.join(", "));
            Err(Error::Foreign { stream, subjects })
        }
    }

    /// The stream as the settings want it. Single messages cannot be deleted: positions have no holes.
    fn wanted(&self, target: &Target) -> Config {
        Config {
            name: self.name.clone(),
            subjects: vec![self.ledger.subjects()],
            description: Some("The ledger of Chainkeel: sequences are its positions".to_owned()),
            max_age: target.keep,
            max_bytes: if target.keep_bytes == 0 { -1 } else { target.keep_bytes },
            num_replicas: target.replicas,
            duplicate_window: if target.keep.is_zero() {
                REMEMBERED
            } else {
                REMEMBERED.min(target.keep)
            },
            deny_delete: true,
            allow_direct: true,
            ..Config::default()
        }
    }
}

impl Underway {
    /// Waits until the stream has the message, on as many servers as it keeps copies on.
    pub async fn taken(self) -> Result<Taken, Error> {
        let position = self.position;
        match self.ack.await {
            Ok(ack) if ack.sequence != position.unsigned_abs() => {
                Err(Error::Shifted { position, sequence: ack.sequence })
            }
            Ok(ack) if ack.duplicate => Ok(Taken::Known),
            Ok(_) => Ok(Taken::Stored),
            Err(error) if OUT_OF_TURN.contains(&error.kind()) => Err(Error::OutOfTurn { position }),
            Err(error) if error.kind() == PublishErrorKind::TimedOut => Err(Error::Lost),
            Err(error) => Err(refused("publishing an event")(error)),
        }
    }
}

async fn connect(target: &Target, lost: &Arc<Notify>) -> Result<Client, Error> {
    let lost = Arc::clone(lost);
    let mut options = ConnectOptions::new()
        .name(NAME)
        .connection_timeout(CONNECT)
        .request_timeout(Some(ANSWER))
        .event_callback(move |event| {
            if matches!(event, Event::Disconnected | Event::Closed) {
                lost.notify_one();
            }
            std::future::ready(())
        });
    if let Some(authority) = &target.authority {
        options = options.add_root_certificates(authority.clone());
    }
    if let Some(path) = &target.credentials {
        let known = read(path).and_then(|text| with_proof(options, text.trim()));
        options = known.map_err(|source| Error::Credentials { path: path.clone(), source })?;
    }
    let connected = options.connect(&target.servers[..]).await;
    connected
        .map_err(|error| Error::Away { servers: target.servers.join(", "), source: error.into() })
}

/// What a file has that is somebody's secret.
fn read(path: &Path) -> io::Result<String> {
    let file = fs::File::open(path)?;
    if file.metadata()?.permissions().mode() & 0o007 != 0 {
        return Err(io::Error::other("everybody may read it: `chmod 600` it"));
    }
    io::read_to_string(file)
}

/// How the relay proves who it is: by credentials (a JWT and its key), the seed of an nkey, `name:password`, or a
/// token. What the file holds tells which.
fn with_proof(options: ConnectOptions, text: &str) -> io::Result<ConnectOptions> {
    if text.contains("BEGIN NATS USER JWT") {
        options.credentials(text)
    } else if text.starts_with("SU") && text.len() == 58 {
        Ok(options.nkey(text.to_owned()))
    } else if let Some((name, password)) = text.split_once(':') {
        Ok(options.user_and_password(name.to_owned(), password.to_owned()))
    } else if text.is_empty() {
        Err(io::Error::other("it is empty"))
    } else {
        Ok(options.token(text.to_owned()))
    }
}

/// The servers' answer, in the words of what was asked for.
fn refused<E: std::error::Error + Send + Sync + 'static>(
    doing: &'static str,
) -> impl FnOnce(E) -> Error {
    move |error| Error::Refused { doing, source: error.into() }
}
