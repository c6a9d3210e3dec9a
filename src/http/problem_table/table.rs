//! Which kinds there are; what each means stands beside this file.

use super::{missing, refusing, requests};

macro_rules! codes {
    ($($name:ident = $entry:path;)*) => {
        /// The kinds of problems.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each is explained by its entry")]
        pub enum Code {
            $($name,)*
        }

        /// All kinds, in the order of the documentation.
        pub const ALL: &[Code] = &[$(Code::$name),*];

        /// What is known of a kind.
        pub const fn entry(code: Code) -> &'static Entry {
            match code {
                $(Code::$name => &$entry,)*
            }
        }
    };
}

codes! {
    InvalidJson = requests::INVALID_JSON;
    InvalidBody = requests::INVALID_BODY;
    InvalidQuery = requests::INVALID_QUERY;
    InvalidPath = requests::INVALID_PATH;
    InvalidHeader = requests::INVALID_HEADER;
    InvalidRequest = requests::INVALID_REQUEST;
    InvalidDefinition = refusing::INVALID_DEFINITION;
    InvalidInput = refusing::INVALID_INPUT;
    InvalidAnswer = refusing::INVALID_ANSWER;
    InvalidTest = refusing::INVALID_TEST;
    BodyTooLarge = requests::BODY_TOO_LARGE;
    BodyTimeout = requests::BODY_TIMEOUT;
    UnsupportedMediaType = requests::UNSUPPORTED_MEDIA_TYPE;
    Unauthenticated = requests::UNAUTHENTICATED;
    InvalidCredentials = requests::INVALID_CREDENTIALS;
    SecondFactorRequired = requests::SECOND_FACTOR_REQUIRED;
    LoginLocked = requests::LOGIN_LOCKED;
    Forbidden = requests::FORBIDDEN;
    NotFound = requests::NOT_FOUND;
    MethodNotAllowed = requests::METHOD_NOT_ALLOWED;
    WorkflowNotFound = missing::WORKFLOW_NOT_FOUND;
    VersionNotFound = missing::VERSION_NOT_FOUND;
    RunNotFound = missing::RUN_NOT_FOUND;
    TestNotFound = missing::TEST_NOT_FOUND;
    EntryNotFound = missing::ENTRY_NOT_FOUND;
    NodeNotFound = missing::NODE_NOT_FOUND;
    TaskNotFound = missing::TASK_NOT_FOUND;
    EventNotFound = missing::EVENT_NOT_FOUND;
    NodeTypeNotFound = missing::NODE_TYPE_NOT_FOUND;
    WebhookNotFound = missing::WEBHOOK_NOT_FOUND;
    ConnectorNotFound = missing::CONNECTOR_NOT_FOUND;
    ConnectorTypeNotFound = missing::CONNECTOR_TYPE_NOT_FOUND;
    VersionConflict = refusing::VERSION_CONFLICT;
    WorkflowRefuses = refusing::WORKFLOW_REFUSES;
    RunRefuses = refusing::RUN_REFUSES;
    TaskRefuses = refusing::TASK_REFUSES;
    CuExhausted = refusing::CU_EXHAUSTED;
    TemplateNotFound = missing::TEMPLATE_NOT_FOUND;
    BlockNotFound = missing::BLOCK_NOT_FOUND;
    InvalidBlueprint = refusing::INVALID_BLUEPRINT;
    BlueprintRefuses = refusing::BLUEPRINT_REFUSES;
    RunsUsedUp = refusing::RUNS_USED_UP;
    CoolingDown = refusing::COOLING_DOWN;
    ReviewRequired = refusing::REVIEW_REQUIRED;
    InvalidTable = refusing::INVALID_TABLE;
    InvalidRow = refusing::INVALID_ROW;
    TableNotFound = missing::TABLE_NOT_FOUND;
    RowNotFound = missing::ROW_NOT_FOUND;
    TableRefuses = refusing::TABLE_REFUSES;
    RowRefused = refusing::ROW_REFUSED;
    StatementRefused = refusing::STATEMENT_REFUSED;
    StatementTooCostly = refusing::STATEMENT_TOO_COSTLY;
    DocumentNotFound = missing::DOCUMENT_NOT_FOUND;
    KnowledgeFull = refusing::KNOWLEDGE_FULL;
    InvalidSchema = refusing::INVALID_SCHEMA;
    ValidationTooCostly = refusing::VALIDATION_TOO_COSTLY;
    SchemaNotFound = missing::SCHEMA_NOT_FOUND;
    SchemaRefuses = refusing::SCHEMA_REFUSES;
    UserNotFound = missing::USER_NOT_FOUND;
    UserRefuses = refusing::USER_REFUSES;
    SessionNotFound = missing::SESSION_NOT_FOUND;
    IncompatibleSchema = refusing::INCOMPATIBLE_SCHEMA;
    ConnectorInUse = refusing::CONNECTOR_IN_USE;
    ConnectorRefuses = refusing::CONNECTOR_REFUSES;
    OauthNotAwaited = refusing::OAUTH_NOT_AWAITED;
    OrganizationNotFound = missing::ORGANIZATION_NOT_FOUND;
    MemberNotFound = missing::MEMBER_NOT_FOUND;
    RoleNotFound = missing::ROLE_NOT_FOUND;
    InvitationNotFound = missing::INVITATION_NOT_FOUND;
    ServiceAccountNotFound = missing::SERVICE_ACCOUNT_NOT_FOUND;
    ApiKeyNotFound = missing::API_KEY_NOT_FOUND;
    OrganizationRefuses = refusing::ORGANIZATION_REFUSES;
    IdempotencyInFlight = requests::IDEMPOTENCY_IN_FLIGHT;
    IdempotencyMismatch = requests::IDEMPOTENCY_MISMATCH;
    Contended = requests::CONTENDED;
    Busy = requests::BUSY;
    RateLimited = requests::RATE_LIMITED;
    PositionNotReached = requests::POSITION_NOT_REACHED;
    Unanswered = requests::UNANSWERED;
    Unavailable = requests::UNAVAILABLE;
    Internal = requests::INTERNAL;
}

/// One kind of problem.
#[derive(Debug)]
pub struct Entry {
    /// The name that programs compare, and the last segment of its page.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// A few words.
    pub title: &'static str,
    /// What is sent when nothing more is known.
    pub message: &'static str,
    /// When it happens, and what the caller can do.
    pub cure: &'static str,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_listed_once_and_is_kebab_case() {
        let names: BTreeSet<_> = ALL.iter().map(|code| entry(*code).code).collect();
        assert_eq!(names.len(), ALL.len());
        assert!(names.iter().all(|name| name.bytes().all(|b| b == b'-' || b.is_ascii_lowercase())));
        assert_eq!(ALL.last().map(|code| *code as usize + 1), Some(ALL.len()));
    }

    #[test]
    fn every_status_is_an_error() {
        assert!(ALL.iter().all(|code| (400..600).contains(&entry(*code).status)));
    }
}
