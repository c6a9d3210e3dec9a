//! The refusals of the rooms below, as problems.

use std::error::Error;

use super::{Code, Detail, Problem};
use crate::actors::{Refused, people};
use crate::aggregates::{
    account, api_key, blueprint, connector, document, entry, organization, policy, schema, session,
    table, task, test, test_execution, ui_component, user, workflow,
};
use crate::connectors;
use crate::data;
use crate::journal::{self, NotExecuted};
use crate::projections;
use crate::secrets;
use crate::segments::Fault;
use crate::trials;
use crate::validation;

/// When a caller should come again where nothing better is known.
const RETRY_AFTER: std::time::Duration = std::time::Duration::from_secs(1);

impl From<journal::Error> for Problem {
    fn from(error: journal::Error) -> Self {
        match error {
            journal::Error::Busy(_) => Self::new(Code::Busy).retry_after(RETRY_AFTER),
            journal::Error::Closed | journal::Error::Unreachable { .. } => Self::unavailable(error),
            journal::Error::Database { .. } | journal::Error::Personal(_)
                if error.is_transient() =>
            {
                Self::unavailable(error)
            }
            journal::Error::Database { .. }
            | journal::Error::Migrate(_)
            | journal::Error::Unacceptable(_)
            | journal::Error::Encode(_)
            | journal::Error::Decode { .. }
            | journal::Error::Damaged(_)
            | journal::Error::LeaseLost(_)
            | journal::Error::Personal(_)
            | journal::Error::NoSubjects => Self::internal(error),
            journal::Error::Shredded => Self::new(Code::RunShredded),
            journal::Error::Segment(ref fault) => match **fault {
                Fault::Away { .. } | Fault::NoShelf => Self::away(Code::SegmentAway, error),
                Fault::Io { .. } | Fault::Damaged { .. } | Fault::Unfit(_) => Self::internal(error),
            },
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::UnknownWorkflow => Self::new(Code::WorkflowNotFound),
            Refused::NotLive | Refused::Paused => Self::new(Code::WorkflowRefuses).because(refused),
            Refused::OutOfUnits(_) => Self::new(Code::CuExhausted).because(refused),
            Refused::UsedUp => Self::new(Code::RunsUsedUp).because(refused),
            Refused::Cooling { .. } | Refused::PassedOver => {
                Self::new(Code::CoolingDown).because(refused)
            }
            Refused::NobodyListens => Self::new(Code::WebhookNotFound),
            Refused::Elsewhere { code, message } => elsewhere(&code).because(message),
            Refused::UnknownRun => Self::new(Code::RunNotFound),
            Refused::Input(problems) => {
                let details = problems.into_iter();
                let details = details.map(|problem| Detail::new(problem.path, problem.message));
                Self::new(Code::InvalidInput).with_details(details.collect())
            }
            Refused::NotEnded | Refused::NotFailed | Refused::TooMuchToCarry { .. } => {
                Self::new(Code::RunRefuses).because(refused)
            }
            Refused::Run(engine::Refusal::UnknownNode { .. }) => Self::new(Code::NodeNotFound),
            Refused::Run(refusal) => Self::new(Code::RunRefuses).because(refusal),
            Refused::ReceiptTaken => Self::new(Code::IdempotencyInFlight).retry_after(RETRY_AFTER),
            Refused::Busy { retry_after } => Self::new(Code::Busy).retry_after(retry_after),
            Refused::Contended => Self::new(Code::Contended).retry_after(RETRY_AFTER),
            Refused::Moved | Refused::Unanswered => {
                Self::new(Code::Unanswered).retry_after(RETRY_AFTER)
            }
            Refused::Unwritable(_) => Self::internal(refused),
            Refused::Journal(error) => error.into(),
        }
    }
}

/// What another process refused, by the word that it sent.
fn elsewhere(code: &str) -> Problem {
    match code {
        "unknown_workflow" => Problem::new(Code::WorkflowNotFound),
        "not_live" | "paused" => Problem::new(Code::WorkflowRefuses),
        "runs_used_up" => Problem::new(Code::RunsUsedUp),
        "cooling_down" | "passed_over" => Problem::new(Code::CoolingDown),
        "unknown_run" => Problem::new(Code::RunNotFound),
        "unknown_node" => Problem::new(Code::NodeNotFound),
        "receipt_taken" => Problem::new(Code::IdempotencyInFlight).retry_after(RETRY_AFTER),
        "busy" => Problem::new(Code::Busy).retry_after(RETRY_AFTER),
        "contended" => Problem::new(Code::Contended).retry_after(RETRY_AFTER),
        "moved" | "unanswered" | "internal" => {
            Problem::new(Code::Unanswered).retry_after(RETRY_AFTER)
        }
        _ => Problem::new(Code::RunRefuses),
    }
}

impl From<projections::Error> for Problem {
    fn from(error: projections::Error) -> Self {
        match error {
            projections::Error::Cursor => Self::new(Code::InvalidQuery)
                .at("cursor", "is none that this list gave out: take it from the last answer"),
            projections::Error::Journal(error) => error.into(),
            projections::Error::Database { .. } => Self::unavailable(error),
            projections::Error::Poison { .. }
            | projections::Error::Superseded(_)
            | projections::Error::Damaged(_)
            | projections::Error::Unknown(_)
            | projections::Error::Busy(_)
            | projections::Error::NotFlipped(_) => Self::internal(error),
        }
    }
}

impl From<workflow::Error> for Problem {
    fn from(refusal: workflow::Error) -> Self {
        match refusal {
            workflow::Error::Unknown => Self::new(Code::WorkflowNotFound),
            workflow::Error::NoSuchVersion(_) => Self::new(Code::VersionNotFound).because(refusal),
            workflow::Error::Unapproved => Self::new(Code::ReviewRequired),
            workflow::Error::AnotherDraft | workflow::Error::Conflict { .. } => {
                Self::new(Code::VersionConflict).because(refusal)
            }
            workflow::Error::Name { .. } => Self::new(Code::InvalidBody).at("/name", refusal),
            workflow::Error::Tag { .. } | workflow::Error::Tags { .. } => {
                Self::new(Code::InvalidBody).at("/tags", refusal)
            }
            workflow::Error::Text { place, .. } | workflow::Error::Limit { place, .. } => {
                Self::new(Code::InvalidBody).at(place, refusal)
            }
            workflow::Error::Exists
            | workflow::Error::Archived
            | workflow::Error::NoDraft
            | workflow::Error::OnlyDraft
            | workflow::Error::NotLive
            | workflow::Error::AlreadyPaused
            | workflow::Error::NotPaused
            | workflow::Error::NoLimit
            | workflow::Error::NoReview
            | workflow::Error::UnderReview
            | workflow::Error::Judged
            | workflow::Error::OwnDraft
            | workflow::Error::Comments(_)
            | workflow::Error::Unreviewed(_)
            | workflow::Error::StillUsedUp
            | workflow::Error::LiveAlready(_) => Self::new(Code::WorkflowRefuses).because(refusal),
        }
    }
}

impl From<blueprint::Error> for Problem {
    fn from(refusal: blueprint::Error) -> Self {
        match refusal {
            blueprint::Error::Unknown => Self::new(Code::TemplateNotFound),
            blueprint::Error::Conflict { .. } => Self::new(Code::VersionConflict).because(refusal),
            blueprint::Error::Exists | blueprint::Error::Retired => {
                Self::new(Code::BlueprintRefuses).because(refusal)
            }
        }
    }
}

impl From<ui_component::Error> for Problem {
    fn from(refusal: ui_component::Error) -> Self {
        use ui_component::Error;
        match refusal {
            Error::Unknown => Self::new(Code::UiComponentNotFound),
            Error::Conflict { .. } => Self::new(Code::VersionConflict).because(refusal),
            Error::Exists | Error::Retired | Error::Full => {
                Self::new(Code::UiComponentRefuses).because(refusal)
            }
        }
    }
}

/// A policy refuses nothing.
impl From<policy::Error> for Problem {
    fn from(refusal: policy::Error) -> Self {
        match refusal {}
    }
}

impl From<task::Error> for Problem {
    fn from(refusal: task::Error) -> Self {
        match refusal {
            task::Error::Unknown => Self::new(Code::TaskNotFound),
            task::Error::InvalidAnswer(problems) => {
                let detail = |problem: engine::PayloadProblem| {
                    Detail::new(format!("/data{}", problem.path), problem.message)
                };
                let details = problems.into_iter().map(detail).collect();
                Self::new(Code::InvalidAnswer).with_details(details)
            }
            task::Error::TooLarge(_) => Self::new(Code::InvalidBody).at("/data", refusal),
            task::Error::Reason { .. } => Self::new(Code::InvalidBody).at("/reason", refusal),
            task::Error::Person { .. } => Self::new(Code::InvalidBody).at("/assignee", refusal),
            task::Error::Exists
            | task::Error::Settled(_)
            | task::Error::ClaimedByAnother(_)
            | task::Error::AssignedToAnother(_)
            | task::Error::NotClaimed
            | task::Error::TooLate(_)
            | task::Error::NotDue(_)
            | task::Error::OfApproval
            | task::Error::NoApproval => Self::new(Code::TaskRefuses).because(refusal),
        }
    }
}

impl From<entry::Error> for Problem {
    fn from(refusal: entry::Error) -> Self {
        match refusal {
            entry::Error::Conflict { .. } => Self::new(Code::VersionConflict).because(refusal),
            entry::Error::Key | entry::Error::Store => {
                Self::new(Code::InvalidPath).because(refusal)
            }
            entry::Error::Value(excess) => Self::new(Code::InvalidBody).at("/value", excess),
        }
    }
}

impl From<account::Error> for Problem {
    fn from(refusal: account::Error) -> Self {
        let place = match refusal {
            account::Error::Units => "/units",
            account::Error::Plan => "/monthlyGrant",
            account::Error::Note => "/reason",
        };
        Self::new(Code::InvalidBody).at(place, refusal)
    }
}

impl From<organization::Error> for Problem {
    fn from(refusal: organization::Error) -> Self {
        match refusal {
            organization::Error::Unknown => Self::new(Code::OrganizationNotFound),
            organization::Error::NoSuchRole => Self::new(Code::RoleNotFound),
            organization::Error::NoSuchMember => Self::new(Code::MemberNotFound),
            organization::Error::NoSuchInvitation => Self::new(Code::InvitationNotFound),
            organization::Error::NoSuchAccount => Self::new(Code::ServiceAccountNotFound),
            organization::Error::Name => Self::new(Code::InvalidBody).at("/name", refusal),
            organization::Error::Email => Self::new(Code::InvalidBody).at("/email", refusal),
            organization::Error::Description => {
                Self::new(Code::InvalidBody).at("/description", refusal)
            }
            organization::Error::Beyond(_) => Self::new(Code::Forbidden).because(refusal),
            organization::Error::Exists
            | organization::Error::NameTaken(_)
            | organization::Error::MemberAlready
            | organization::Error::RoleInUse
            | organization::Error::LastOwner
            | organization::Error::Members
            | organization::Error::Roles
            | organization::Error::Invitations
            | organization::Error::Accounts => {
                Self::new(Code::OrganizationRefuses).because(refusal)
            }
        }
    }
}

impl From<api_key::Error> for Problem {
    fn from(refusal: api_key::Error) -> Self {
        let place = match refusal {
            api_key::Error::Unknown => return Self::new(Code::ApiKeyNotFound),
            // Keys are random: two requests do not make the same one.
            api_key::Error::Exists => return Self::internal(refusal),
            api_key::Error::Name => "/name",
            api_key::Error::Expiry => "/expiresAt",
            api_key::Error::NoScope => "/scopes",
        };
        Self::new(Code::InvalidBody).at(place, refusal)
    }
}

impl From<schema::Error> for Problem {
    fn from(refusal: schema::Error) -> Self {
        match refusal {
            schema::Error::Unknown => Self::new(Code::SchemaNotFound),
            schema::Error::NoSuchVersion(_) => Self::new(Code::VersionNotFound).because(refusal),
            schema::Error::Changed => Self::new(Code::VersionConflict).because(refusal),
            schema::Error::Details => Self::new(Code::InvalidBody).because(refusal),
            schema::Error::Exists
            | schema::Error::Number { .. }
            | schema::Error::Same(_)
            | schema::Error::Full => Self::new(Code::SchemaRefuses).because(refusal),
        }
    }
}

impl From<connector::Error> for Problem {
    fn from(refusal: connector::Error) -> Self {
        match refusal {
            connector::Error::Unknown => Self::new(Code::ConnectorNotFound),
            connector::Error::Conflict { .. } => Self::new(Code::VersionConflict).because(refusal),
            connector::Error::Name => Self::new(Code::InvalidBody).at("/name", refusal),
            connector::Error::Description => {
                Self::new(Code::InvalidBody).at("/description", refusal)
            }
            connector::Error::PrivateToNobody => {
                Self::new(Code::InvalidBody).at("/visibility", refusal)
            }
            connector::Error::NotAwaited => Self::new(Code::ConnectorRefuses).because(refusal),
            // Ids are new each time: two requests do not make the same one.
            connector::Error::Exists => Self::internal(refusal),
        }
    }
}

impl From<connectors::Error> for Problem {
    fn from(error: connectors::Error) -> Self {
        match error {
            connectors::Error::Unknown(_) => Self::new(Code::ConnectorNotFound),
            connectors::Error::UnknownKind(_) => Self::new(Code::ConnectorTypeNotFound),
            connectors::Error::OtherKind { .. }
            | connectors::Error::Unresolved { .. }
            | connectors::Error::Pending(_)
            | connectors::Error::Expired { .. }
            | connectors::Error::NotRenewed { .. }
            | connectors::Error::Untestable(_)
            | connectors::Error::Data { .. }
            | connectors::Error::Damaged => Self::new(Code::ConnectorRefuses).because(error),
            connectors::Error::NotAwaited => Self::new(Code::OauthNotAwaited),
            connectors::Error::Refused(refusal) => refusal.into(),
            connectors::Error::Contended => Self::new(Code::Contended).retry_after(RETRY_AFTER),
            connectors::Error::Secrets(error) => error.into(),
            connectors::Error::Journal(error) => error.into(),
            connectors::Error::View(error) => error.into(),
        }
    }
}

impl From<secrets::Error> for Problem {
    fn from(error: secrets::Error) -> Self {
        if let secrets::Error::NoKey = error {
            Self::new(Code::Unavailable).because(error)
        } else if error.is_transient() {
            Self::unavailable(error)
        } else {
            Self::internal(error)
        }
    }
}

impl From<people::Rejected> for Problem {
    fn from(rejected: people::Rejected) -> Self {
        use people::Rejected;
        match rejected {
            Rejected::Credentials => Self::new(Code::InvalidCredentials),
            Rejected::CodeWanted => Self::new(Code::SecondFactorRequired),
            Rejected::Locked { retry_after } => {
                Self::new(Code::LoginLocked).retry_after(retry_after)
            }
            Rejected::Busy => Self::new(Code::Busy).retry_after(RETRY_AFTER),
            Rejected::SessionOver | Rejected::Token(_) => {
                Self::new(Code::Unauthenticated).because(rejected)
            }
            Rejected::Email(error) => Self::new(Code::InvalidBody).at("/email", error),
            Rejected::Weak(error) => Self::new(Code::InvalidBody).at("/newPassword", error),
            Rejected::Taken(error) => Self::new(Code::UserRefuses).because(error),
            Rejected::User(refusal) => refusal.into(),
            Rejected::Session(session::Error::Unknown) => Self::new(Code::SessionNotFound),
            Rejected::Session(
                refusal @ (session::Error::Exists
                | session::Error::Over
                | session::Error::Foreign
                | session::Error::TicketUsed),
            ) => Self::new(Code::Unauthenticated).because(refusal),
            Rejected::Contended => Self::new(Code::Contended),
            Rejected::Answered => Self::new(Code::IdempotencyInFlight).retry_after(RETRY_AFTER),
            Rejected::Journal(error) => error.into(),
            Rejected::Secrets(_) => Self::unavailable(rejected),
            Rejected::TokenKeys(_) | Rejected::Damaged(_) | Rejected::Machine(_) => {
                Self::internal(rejected)
            }
        }
    }
}

impl From<user::Error> for Problem {
    fn from(refusal: user::Error) -> Self {
        match refusal {
            user::Error::Unknown => Self::new(Code::UserNotFound),
            user::Error::Name => Self::new(Code::InvalidBody).at("/name", refusal),
            user::Error::Reason => Self::new(Code::InvalidBody).at("/reason", refusal),
            user::Error::Locked { .. } => Self::new(Code::LoginLocked),
            user::Error::StaleProof | user::Error::StaleReset => {
                Self::new(Code::InvalidCredentials).because(refusal)
            }
            user::Error::Exists
            | user::Error::Suspended
            | user::Error::NoTotp
            | user::Error::HasTotp
            | user::Error::Already(_) => Self::new(Code::UserRefuses).because(refusal),
        }
    }
}

impl From<document::Error> for Problem {
    fn from(refusal: document::Error) -> Self {
        let place = match refusal {
            document::Error::Unknown => return Self::new(Code::DocumentNotFound),
            document::Error::Conflict { .. } => {
                return Self::new(Code::VersionConflict).because(refusal);
            }
            // Ids are new each time: two requests do not make the same one.
            document::Error::Exists => return Self::internal(refusal),
            document::Error::Title => "/title",
            document::Error::Text => "/text",
            document::Error::Tags => "/tags",
            document::Error::Source => "/source",
        };
        Self::new(Code::InvalidBody).at(place, refusal)
    }
}

impl From<table::Error> for Problem {
    fn from(refusal: table::Error) -> Self {
        match refusal {
            table::Error::Unknown => Self::new(Code::TableNotFound),
            table::Error::Conflict { .. } => Self::new(Code::VersionConflict).because(refusal),
            table::Error::Exists | table::Error::Unfit { .. } | table::Error::Full => {
                Self::new(Code::TableRefuses).because(refusal)
            }
        }
    }
}

impl From<data::Error> for Problem {
    fn from(error: data::Error) -> Self {
        match error {
            data::Error::NoTable(_) => Self::new(Code::TableNotFound),
            data::Error::NoRow(_) => Self::new(Code::RowNotFound),
            data::Error::Conflict { .. } => Self::new(Code::VersionConflict).because(error),
            data::Error::Unfit(faults) => {
                let details = faults.into_iter().map(|it| Detail::new(it.path, it.message));
                Self::new(Code::InvalidRow).with_details(details.collect())
            }
            data::Error::Refused(_) | data::Error::Statement(_) => {
                Self::new(Code::StatementRefused).because(error)
            }
            data::Error::Constraint(_) => Self::new(Code::RowRefused).because(error),
            data::Error::Overdue | data::Error::TooLarge(_) => {
                Self::new(Code::StatementTooCostly).because(error)
            }
            data::Error::Full { .. } => Self::new(Code::TableRefuses).because(error),
            data::Error::Mismatch => Self::new(Code::IdempotencyMismatch),
            data::Error::InFlight => Self::new(Code::IdempotencyInFlight).retry_after(RETRY_AFTER),
            data::Error::Busy => Self::new(Code::Busy).retry_after(RETRY_AFTER),
            data::Error::Table(refused) => refused.into(),
            data::Error::Journal(error) => error.into(),
            data::Error::Database { .. } if error.is_transient() => Self::unavailable(error),
            data::Error::Database { .. } | data::Error::Damaged(_) => Self::internal(error),
        }
    }
}

impl From<validation::Error> for Problem {
    fn from(error: validation::Error) -> Self {
        match error {
            validation::Error::Unusable(unusable) => Self::new(Code::InvalidSchema)
                .at(format!("/schema{}", unusable.path), unusable.problem),
            validation::Error::Overdue | validation::Error::TooMuch(_) => {
                Self::new(Code::ValidationTooCostly).because(error)
            }
            validation::Error::Busy => Self::new(Code::Busy).retry_after(RETRY_AFTER),
            validation::Error::Worker(_) => Self::unavailable(error),
        }
    }
}

impl From<test::Error> for Problem {
    fn from(refusal: test::Error) -> Self {
        match refusal {
            test::Error::Unknown => Self::new(Code::TestNotFound),
            test::Error::Conflict { .. } | test::Error::Exists => {
                Self::new(Code::VersionConflict).because(refusal)
            }
        }
    }
}

/// An execution has a fresh id: that it is refused is our fault.
impl From<test_execution::Error> for Problem {
    fn from(refusal: test_execution::Error) -> Self {
        Self::internal(refusal)
    }
}

impl<E> From<NotExecuted<E>> for Problem
where
    E: Error + Into<Self> + Send + Sync + 'static,
{
    fn from(error: NotExecuted<E>) -> Self {
        match error {
            NotExecuted::Refused(refusal) => refusal.into(),
            NotExecuted::Conflict => Self::new(Code::Contended).retry_after(RETRY_AFTER),
            NotExecuted::ReceiptTaken => {
                Self::new(Code::IdempotencyInFlight).retry_after(RETRY_AFTER)
            }
            NotExecuted::Journal(error) => error.into(),
            // What is executed like this is not fenced, and claims nothing.
            NotExecuted::Fenced | NotExecuted::ClaimTaken { .. } | NotExecuted::NotAllowed => {
                Self::internal(error)
            }
        }
    }
}

/// The problems of a test or of mocks, with their places under `prefix`.
pub(crate) fn of_trial(prefix: &str, problems: Vec<trials::Problem>) -> Vec<Detail> {
    let problems = problems.into_iter();
    problems.map(|it| Detail::new(format!("{prefix}{}", it.path), it.message)).collect()
}

/// The problems of a definition, with their places inside it under `prefix`.
pub(crate) fn details(prefix: &str, diagnostics: &[engine::Diagnostic]) -> Vec<Detail> {
    diagnostics
        .iter()
        .map(|diagnostic| Detail {
            path: format!("{prefix}{}", diagnostic.path),
            node_id: diagnostic.node.as_ref().map(ToString::to_string),
            code: serde_json::to_value(diagnostic.code)
                .ok()
                .and_then(|code| code.as_str().map(str::to_owned)),
            message: diagnostic.message.clone(),
        })
        .collect()
}
