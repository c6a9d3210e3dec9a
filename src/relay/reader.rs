//! The stream as those read it who follow the ledger without its database.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::pull::{Batch, Config};
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer};
use async_nats::jetstream::context::{Context, ContextBuilder};
use async_nats::jetstream::stream::RawMessageErrorKind;
use bytes::Bytes;
use futures::StreamExt as _;
use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::connection::{ANSWER, connect};
use super::stream::{id_at, known, refused};
use super::{Error, Marks, Standing, Target};

/// Under which name a reader is seen in the server's lists.
const NAME: &str = "chainkeel gateway";
/// How all subjects of ledgers begin.
const OURS: &str = "chainkeel.";
/// For how long the servers keep a consumer that nobody asks.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30);
/// How many messages are asked for at a time by who follows the end, and for how long the servers wait for them.
const AT_A_TIME: usize = 256;
const WAIT: Duration = Duration::from_secs(5);
/// How long is waited for a message that should be there.
const NEXT: Duration = Duration::from_secs(1);
/// A page ends when it has so many bytes.
const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// A reader of the stream.
pub struct Reader {
    context: Context,
    name: String,
    /// How the subjects of its ledger begin, once it was looked at.
    prefix: OnceLock<String>,
    lost: Arc<Notify>,
}

/// A message of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The position of its event.
    pub position: i64,
    /// Which event it is.
    pub id: String,
    /// Whose it is, as the subject says it.
    pub organization: String,
    /// What the headers say of it.
    pub marks: Marks,
    /// The line that an export has for it; empty where the event is gone, or only headers were asked for.
    pub body: Bytes,
}

/// From where on is read.
#[derive(Debug, Clone, Copy)]
pub enum Begin {
    /// Behind a position.
    After(i64),
    /// From what was published then.
    At(OffsetDateTime),
}

/// How much of a message is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// All of it.
    Whole,
    /// All but the body.
    Headers,
}

/// What is read at one time.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// From where on.
    pub begin: Begin,
    /// Which subjects, with wildcards: what follows the ledger in them.
    pub subject: &'a str,
    /// How many messages at most.
    pub most: usize,
    /// How much of them.
    pub content: Content,
}

/// What was read at one time.
#[derive(Debug)]
pub struct Page {
    /// The messages, in the order of their positions.
    pub kept: Vec<Kept>,
    /// Up to which position those are all; none: there are no others.
    pub looked: Option<i64>,
    /// What the stream had, found out when all of it had been read.
    pub standing: Standing,
}

impl Reader {
    /// Connects to the servers; the stream need not be there.
    pub async fn reach(target: &Target) -> Result<Self, Error> {
        let lost = Arc::new(Notify::new());
        let client = connect(NAME, target, &lost).await?;
        let context = ContextBuilder::new().timeout(ANSWER).build(client);
        Ok(Self { context, name: target.stream.clone(), prefix: OnceLock::new(), lost })
    }

    /// What the stream holds; `None`: there is no such stream.
    pub async fn standing(&self) -> Result<Option<Standing>, Error> {
        let Some((config, state)) = known(&self.context, &self.name).await? else {
            return Ok(None);
        };
        match config.subjects.as_slice() {
            [only] if only.starts_with(OURS) => {
                self.prefix.get_or_init(|| only.trim_end_matches('>').to_owned());
                Ok(Some(Standing::of(&state)))
            }
            others => {
                Err(Error::Foreign { stream: self.name.clone(), subjects: others.join(", ") })
            }
        }
    }

    /// The id of the message at a position, if the stream still has it.
    pub async fn id_at(&self, position: i64) -> Result<Option<String>, Error> {
        id_at(&self.context, &self.name, position).await
    }

    /// Reads what is there, and waits for nothing.
    pub async fn page(&self, wish: Wish<'_>) -> Result<Page, Error> {
        let doing = "reading the stream";
        if self.prefix.get().is_none() {
            self.standing().await?;
        }
        let subject =
            format!("{}{}", self.prefix.get().ok_or_else(|| self.missing())?, wish.subject);
        let consumer = self.consumer(wish.begin, subject.clone(), wish.content).await?;
        let counted = usize::try_from(consumer.cached_info().num_pending).unwrap_or(usize::MAX);
        let (wanted, mut kept, mut bytes) = (counted.min(wish.most), Vec::new(), 0);
        if wanted > 0 {
            let batch = consumer.fetch().max_messages(wanted).messages().await;
            let mut batch = batch.map_err(refused(doing))?;
            // The servers may have counted too many, and be waiting for what is not there.
            while kept.len() < wanted && bytes < PAGE_BYTES {
                let Ok(Some(message)) = timeout(NEXT, batch.next()).await else { break };
                let message = Kept::of(message.map_err(said(doing))?)?;
                bytes += message.body.len();
                kept.push(message);
            }
        }
        let looked = match (kept.last().map(|last| last.position), wish.begin) {
            (Some(last), _) if kept.len() >= wish.most || bytes >= PAGE_BYTES => Some(last),
            (Some(last), _) => self.next(&subject, last).await?.map(|next| next - 1),
            (None, Begin::After(last)) => match self.next(&subject, last).await? {
                // It was counted, is there, and did not come.
                Some(next) if wanted > 0 && next == last + 1 => return Err(Error::Lost),
                next => next.map(|next| next - 1),
            },
            (None, Begin::At(_)) if wanted > 0 => return Err(Error::Lost),
            (None, Begin::At(_)) => None,
        };
        // Whoever does not do it leaves that to the servers.
        if let Ok(stream) = self.context.get_stream_no_info(&self.name).await {
            drop(stream.delete_consumer(&consumer.cached_info().name).await);
        }
        let standing = self.standing().await?.ok_or_else(|| self.missing())?;
        Ok(Page { kept, looked, standing })
    }

    /// Where behind a position the stream has the next message of these subjects. What consumers count is not always
    /// right.
    async fn next(&self, subject: &str, after: i64) -> Result<Option<i64>, Error> {
        let doing = "looking for the next message";
        let stream = self.context.get_stream_no_info(&self.name).await.map_err(refused(doing))?;
        let behind = after.unsigned_abs().saturating_add(1);
        let question = stream.raw_message_builder().sequence(behind).next_by_subject(subject);
        match question.send().await {
            Ok(message) => Ok(Some(i64::try_from(message.sequence).unwrap_or(i64::MAX))),
            Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(refused(doing)(error)),
        }
    }

    /// Follows what comes behind a position.
    pub async fn follow(&self, after: i64) -> Result<Following, Error> {
        let consumer = self.consumer(Begin::After(after), String::new(), Content::Whole).await?;
        Ok(Following { consumer, batch: None, lost: Arc::clone(&self.lost) })
    }

    /// There is no stream.
    pub fn missing(&self) -> Error {
        Error::Missing(self.name.clone())
    }

    async fn consumer(
        &self,
        begin: Begin,
        subject: String,
        content: Content,
    ) -> Result<PullConsumer, Error> {
        let doing = "asking for a consumer";
        let stream = self.context.get_stream_no_info(&self.name).await;
        let deliver_policy = match begin {
            Begin::After(position) => DeliverPolicy::ByStartSequence {
                start_sequence: position.unsigned_abs().saturating_add(1),
            },
            Begin::At(start_time) => DeliverPolicy::ByStartTime { start_time },
        };
        let config = Config {
            deliver_policy,
            ack_policy: AckPolicy::None,
            filter_subject: subject,
            headers_only: content == Content::Headers,
            memory_storage: true,
            num_replicas: 1,
            inactive_threshold: FORGOTTEN_AFTER,
            ..Config::default()
        };
        stream.map_err(refused(doing))?.create_consumer(config).await.map_err(refused(doing))
    }
}

/// The end of the stream, as it grows.
pub struct Following {
    consumer: PullConsumer,
    batch: Option<Batch>,
    lost: Arc<Notify>,
}

impl Following {
    /// The next message; none where nothing came for a few seconds. Not to be dropped while it waits, unless all of
    /// it is: what the servers have sent is not sent again.
    pub async fn next(&mut self) -> Result<Option<Kept>, Error> {
        let doing = "following the stream";
        let batch = match &mut self.batch {
            Some(batch) => batch,
            none => {
                let batch = self.consumer.batch().max_messages(AT_A_TIME).expires(WAIT);
                none.insert(batch.messages().await.map_err(refused(doing))?)
            }
        };
        let next = tokio::select! {
            next = batch.next() => next,
            () = self.lost.notified() => return Err(Error::Lost),
        };
        if let Some(message) = next {
            return Kept::of(message.map_err(said(doing))?).map(Some);
        }
        self.batch = None;
        Ok(None)
    }
}

impl Kept {
    fn of(message: Message) -> Result<Self, Error> {
        let place = message.info().map_err(said("reading the place of a message"))?;
        let position = i64::try_from(place.stream_sequence).unwrap_or(i64::MAX);
        let message = message.message;
        let headers = message.headers.unwrap_or_default();
        let id = headers.get(NATS_MESSAGE_ID).map(ToString::to_string).unwrap_or_default();
        // `chainkeel.<ledger>.<organization>.<aggregate>.<event>`
        let organization = message.subject.split('.').nth(2).unwrap_or_default().to_owned();
        let marks = Marks::of(&headers);
        Ok(Self { position, id, organization, marks, body: message.payload })
    }
}

/// What a client of NATS says, in the words of what was asked for.
fn said(doing: &'static str) -> impl FnOnce(async_nats::Error) -> Error {
    move |source| Error::Refused { doing, source }
}
