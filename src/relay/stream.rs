//! The stream that takes the ledger.

use std::sync::Arc;
use std::time::Duration;

use async_nats::Client;
use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream::context::{
    Context, ContextBuilder, GetStreamErrorKind, PublishAckFuture, PublishErrorKind,
};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, RawMessageErrorKind, State};
use tokio::sync::Notify;

use super::connection::{ANSWER, connect};
use super::{Error, Ledger, Message, Target};

/// How long the stream remembers ids, beside the sequences that it holds messages to.
const REMEMBERED: Duration = Duration::from_mins(2);
/// What a message has beside its body at most, in bytes: its headers and its subject.
const BESIDE: usize = 1_024;
/// Under which name the relay is seen in the server's lists.
const NAME: &str = "chainkeel relay";

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

impl Standing {
    pub(super) fn of(state: &State) -> Self {
        let position = |sequence: u64| i64::try_from(sequence).unwrap_or(i64::MAX);
        Self {
            first: position(state.first_sequence.max(1)),
            last: position(state.last_sequence),
            messages: state.messages,
            bytes: state.bytes,
        }
    }
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
        let client = connect(NAME, target, &lost).await?;
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
        Ok(self.info().await?.map(|(_, state)| Standing::of(&state)))
    }

    /// The id of the message at a position, if the stream still has it.
    pub async fn id_at(&self, position: i64) -> Result<Option<String>, Error> {
        id_at(&self.context, &self.name, position).await
    }

    /// Sends an event. The stream takes it if it ends right before it, and otherwise not. `after` is the id of the
    /// message before it where that was sent just now: the stream must end with that one and no other.
    pub async fn publish(&self, message: Message, after: Option<&str>) -> Result<Underway, Error> {
        let Message { position, id, subject, body, marks } = message;
        let mut message = PublishMessage::build()
            .payload(body)
            .message_id(id)
            .expected_last_sequence(position.unsigned_abs().saturating_sub(1))
            .expected_stream(&self.name);
        for (name, value) in marks.headers(position) {
            message = message.header(name, value);
        }
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
        let Some((config, state)) = known(&self.context, &self.name).await? else {
            return Ok(None);
        };
        if config.subjects == [self.ledger.subjects()] {
            Ok(Some((config, state)))
        } else {
            let (stream, subjects) = (self.name.clone(), config.subjects.join(", "));
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

/// The id of the message at a position of a stream, if it still has it.
pub(super) async fn id_at(
    context: &Context,
    stream: &str,
    position: i64,
) -> Result<Option<String>, Error> {
    let doing = "reading a message of the stream";
    let stream = context.get_stream_no_info(stream).await.map_err(refused(doing))?;
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

/// What is known of a stream, if there is one.
pub(super) async fn known(
    context: &Context,
    stream: &str,
) -> Result<Option<(Config, State)>, Error> {
    match context.get_stream(stream).await {
        Ok(stream) => {
            let info = stream.cached_info().clone();
            Ok(Some((info.config, info.state)))
        }
        Err(error) => match error.kind() {
            GetStreamErrorKind::JetStream(said) if said.code() == 404 => Ok(None),
            GetStreamErrorKind::JetStream(_)
            | GetStreamErrorKind::EmptyName
            | GetStreamErrorKind::Request
            | GetStreamErrorKind::InvalidStreamName => Err(refused("asking for the stream")(error)),
        },
    }
}

/// The servers' answer, in the words of what was asked for.
pub(super) fn refused<E: std::error::Error + Send + Sync + 'static>(
    doing: &'static str,
) -> impl FnOnce(E) -> Error {
    move |error| Error::Refused { doing, source: error.into() }
}
