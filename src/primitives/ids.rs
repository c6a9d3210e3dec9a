//! Identifiers: a prefix that names the kind, then a UUIDv7 in Crockford base 32 (TypeID 0.3).
//!
//! The text sorts by the time of creation, which is what lets ranges of run ids be partitions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const SUFFIX: usize = 26;

/// A text that is not an id of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id: expected `{prefix}_` followed by 26 characters of base 32")]
pub struct InvalidId {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix of the textual form.
            pub const PREFIX: &'static str = $prefix;

            /// A new id, later in order than those before it.
            #[expect(clippy::disallowed_methods, reason = "the one place where ids are born")]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// The id that a cause always leads to: the same moment and the same words make the
            /// same id, which sorts by that moment like any other.
            pub fn derived(born: OffsetDateTime, cause: &str) -> Self {
                Self(derive(concat!($prefix, "_"), born, cause))
            }

            /// The id around a UUID.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside.
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!($prefix, "_"))?;
                f.write_str(encode(self.0, &mut [0; SUFFIX]))
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(InvalidId { prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

id!(
    /// An organization: the tenant that owns everything else.
    OrganizationId,
    "org"
);
id!(
    /// A workflow.
    WorkflowId,
    "wf"
);
id!(
    /// One invocation of a workflow.
    RunId,
    "run"
);
id!(
    /// A test of a workflow.
    TestId,
    "test"
);
id!(
    /// One time that a test's cases were played.
    TestExecutionId,
    "texec"
);

id!(
    /// A value under a key; derived from its place.
    EntryId,
    "entry"
);
id!(
    /// One order given to an aggregate; giving it twice changes nothing the second time.
    CommandId,
    "cmd"
);

id!(
    /// A part of an organization's runs that has left the database; derived from its file's hash.
    SegmentId,
    "seg"
);
id!(
    /// Somebody's word that something may not be deleted.
    HoldId,
    "hold"
);
id!(
    /// One process that serves, from its start to its end: a restart is another worker.
    WorkerId,
    "wrk"
);

id!(
    /// A task for a person.
    TaskId,
    "task"
);

id!(
    /// An event that was published.
    EventId,
    "evt"
);

id!(
    /// An endpoint of the outside to which events are sent.
    EventSubscriptionId,
    "evsub"
);

id!(
    /// An endpoint of the outside that is told what happens in runs.
    ExecutionHookId,
    "hook"
);

id!(
    /// Something that an endpoint is told; derived from the endpoint and the event.
    HookDeliveryId,
    "hdl"
);

id!(
    /// The definition of an event in all its versions; derived from the event's name.
    EventDefinitionId,
    "edef"
);

id!(
    /// A story that a sequence of events follows; derived from the sequence and its key.
    SequenceInstanceId,
    "seq"
);

id!(
    /// A JSON Schema with its versions; derived from its name.
    SchemaId,
    "sch"
);

id!(
    /// Credentials for a provider.
    ConnectorId,
    "conn"
);

id!(
    /// A workflow that drafts are made from.
    TemplateId,
    "tmpl"
);

id!(
    /// A part of workflows.
    BlockId,
    "blk"
);

id!(
    /// An interface of an organization: a form for tasks, or a view of runs.
    UiComponentId,
    "ui"
);

id!(
    /// A document of an organization.
    DocumentId,
    "doc"
);

id!(
    /// A table of an organization; derived from its name.
    TableId,
    "tbl"
);

id!(
    /// A wallet of an organization: an address, and a key that only a backend knows.
    WalletId,
    "wal"
);
id!(
    /// A transaction that should happen; derived from the run and the node that want it.
    IntentId,
    "int"
);
id!(
    /// A payment that somebody made for a run (x402); derived from what he signed.
    SaleId,
    "sale"
);
id!(
    /// A payment for an HTTP request (x402); derived from who wants it.
    PaymentId,
    "pay"
);
id!(
    /// An endpoint of the outside that is paid for by request.
    PaidEndpointId,
    "xep"
);
id!(
    /// A person with an account.
    UserId,
    "user"
);
id!(
    /// One log-in of a person, until it is over.
    SessionId,
    "ses"
);
id!(
    /// A program's account in an organization.
    ServiceAccountId,
    "sa"
);
id!(
    /// A delivery to a webhook.
    DeliveryId,
    "dlv"
);
id!(
    /// An API key; not its text.
    ApiKeyId,
    "key"
);
id!(
    /// A role that an organization made for itself.
    RoleId,
    "role"
);
id!(
    /// An invitation into an organization.
    InvitationId,
    "inv"
);
id!(
    /// What one process noted at the door at one time.
    AuditId,
    "aud"
);

impl TaskId {
    /// The task that a node of a run waits for: the same at each asking, and in the order of the
    /// runs in lists.
    pub fn of(run: RunId, node: &str) -> Self {
        Self::derived(run.born(), &format!("{run} {node}"))
    }

    /// The task by which a person who was asked at this time answers whether something may be signed: the
    /// same at each asking.
    pub fn of_approval(intent: IntentId, person: &str, asked_at: OffsetDateTime) -> Self {
        Self::derived(asked_at, &format!("approval {intent} {person}"))
    }
}

impl IntentId {
    /// The transaction that a node of a run wants: the same at each asking.
    pub fn of(run: RunId, node: &str) -> Self {
        Self::derived(run.born(), &format!("{run} {node}"))
    }
}

impl SaleId {
    /// The sale that follows from an authorization to pay: a token takes its nonce of its payer once, so that
    /// there is one, however often it is presented and to whom.
    pub fn of(chain: u64, asset: &str, payer: &str, nonce: &str) -> Self {
        Self::derived(OffsetDateTime::UNIX_EPOCH, &format!("{chain} {asset} {payer} {nonce}"))
    }
}

impl PaymentId {
    /// The payment that a node of a run makes: the same at each asking.
    pub fn of(run: RunId, node: &str) -> Self {
        Self::derived(run.born(), &format!("{run} {node}"))
    }

    /// The payment that somebody orders under a key of his own.
    pub fn ordered(organization: OrganizationId, by: &str, key: &str) -> Self {
        Self::derived(OffsetDateTime::UNIX_EPOCH, &format!("{organization} {by} {key}"))
    }
}

impl EventId {
    /// The event that somebody sends to an organization under an id of his own: the same each
    /// time that he sends it, and another one for everybody else.
    pub fn sent(organization: OrganizationId, id: &str) -> Self {
        Self::derived(OffsetDateTime::UNIX_EPOCH, &format!("{organization} {id}"))
    }
}

impl HookDeliveryId {
    /// The delivery by which an endpoint is told of an event, under this word and about this node: the same
    /// each time, whoever puts it down and however often.
    pub fn of(
        endpoint: ExecutionHookId,
        (position, recorded_at): (i64, OffsetDateTime),
        (topic, node): (&str, &str),
    ) -> Self {
        Self::derived(recorded_at, &format!("{endpoint} {position} {topic} {node}"))
    }
}

impl EventDefinitionId {
    /// The definition of the events of a name in an organization.
    pub fn of(organization: OrganizationId, name: &str) -> Self {
        Self::derived(OffsetDateTime::UNIX_EPOCH, &format!("{organization} {name}"))
    }
}

impl SequenceInstanceId {
    /// What follows a sequence of an organization under a key: there is one for ever.
    pub fn of(organization: OrganizationId, sequence: &str, key: &str) -> Self {
        Self::derived(OffsetDateTime::UNIX_EPOCH, &format!("{organization} {sequence} {key}"))
    }
}

impl RunId {
    /// The run that a node of this run begins: the same at each asking, and in lists beside it.
    #[must_use]
    pub fn begun_by(self, node: &str) -> Self {
        Self::derived(self.born(), &format!("{self} {node}"))
    }

    /// When it was made, to the millisecond.
    pub fn born(self) -> OffsetDateTime {
        let millis = i128::from_be_bytes(*self.0.as_bytes()) >> 80 & 0xffff_ffff_ffff;
        let born = OffsetDateTime::from_unix_timestamp_nanos(millis * 1_000_000);
        born.unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

impl WorkflowId {
    /// What runs of definitions that belong to no workflow name instead of one.
    pub const NONE: Self = Self(Uuid::nil());
}

impl OrganizationId {
    /// The organization that owns everything until the control plane makes others.
    pub const DEFAULT: Self = Self(Uuid::nil());
}

/// A UUIDv7 whose random part is a hash of what the id is for and of what led to it.
fn derive(kind: &str, born: OffsetDateTime, cause: &str) -> Uuid {
    let hash = Sha256::new().chain_update(kind).chain_update(cause).finalize();
    let random: [u8; 10] = hash[..10].try_into().expect("the hash has 32 bytes");
    let millis = u64::try_from(born.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

fn encode(uuid: Uuid, buffer: &mut [u8; SUFFIX]) -> &str {
    let mut rest = uuid.as_u128();
    for slot in buffer.iter_mut().rev() {
        *slot = ALPHABET[(rest & 31) as usize];
        rest >>= 5;
    }
    std::str::from_utf8(buffer).expect("the alphabet is ASCII")
}

fn decode(text: &str) -> Option<Uuid> {
    let bytes = text.as_bytes();
    // 26 × 5 = 130 bits for 128: the first character carries three.
    if bytes.len() != SUFFIX || bytes[0] > b'7' {
        return None;
    }
    bytes
        .iter()
        .try_fold(0_u128, |value, byte| {
            let digit = ALPHABET.iter().position(|letter| letter == byte)?;
            Some((value << 5) | digit as u128)
        })
        .map(Uuid::from_u128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_an_id_reads_back_as_the_same_id() {
        let id = RunId::generate();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(
            RunId::from_uuid(Uuid::max()).to_string().parse(),
            Ok(RunId::from_uuid(Uuid::max()))
        );
    }

    #[test]
    fn the_text_follows_the_type_id_specification() {
        let uuid = "01890a5d-ac96-774b-bcce-b302099a8057".parse().expect("a UUID");
        assert_eq!(RunId::from_uuid(uuid).to_string(), "run_01h455vb4pex5vsknk084sn02q");
    }

    #[test]
    fn a_derived_id_depends_on_its_moment_its_cause_and_its_kind_alone() {
        let born = time::macros::datetime!(2026-11-24 10:00:00.123 UTC);
        let id = RunId::derived(born, "child 7");
        assert_eq!(id, RunId::derived(born, "child 7"));
        assert_ne!(id, RunId::derived(born, "child 8"));
        assert_ne!(id.as_uuid(), CommandId::derived(born, "child 7").as_uuid());
        assert!(id < RunId::derived(born + time::Duration::milliseconds(1), "child 7"));
        assert_eq!(id.as_uuid().get_version_num(), 7);
    }

    #[test]
    fn a_node_of_a_run_has_one_task_which_is_as_old_as_the_run() {
        let run = RunId::generate();
        assert_eq!(TaskId::of(run, "ask"), TaskId::of(run, "ask"));
        assert_ne!(TaskId::of(run, "ask"), TaskId::of(run, "ask.1"));
        assert_ne!(TaskId::of(run, "ask"), TaskId::of(RunId::generate(), "ask"));
        let millis = |uuid: Uuid| uuid.as_u128() >> 80;
        assert_eq!(millis(TaskId::of(run, "ask").as_uuid()), millis(run.as_uuid()));
    }

    #[test]
    fn a_foreign_prefix_or_a_broken_suffix_is_refused() {
        let id = RunId::generate().to_string();
        assert!(id.replace("run_", "wf_").parse::<RunId>().is_err());
        for text in [
            "",
            "run_",
            "run_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "run_01H455VB4PEX5VSKNK084SN02Q",
            "run_01h455vb4pex5vsknk084sn02",
        ] {
            assert!(text.parse::<RunId>().is_err(), "{text}");
        }
    }
}
