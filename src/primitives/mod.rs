//! Words of the house: ids, time; JSON pointers are the engine's. Nothing here does I/O or knows
//! another room.

mod base62;
mod chain_id;
mod clock;
mod event_key;
pub mod expectation;
mod hex;
mod ids;
mod kinds;
mod secret;

pub use engine::pointer;

pub use base62::{base62, base62_of_u32};
pub use chain_id::ChainId;
pub use clock::{Clock, ManualClock, SystemClock};
pub use event_key::event_key;
pub use hex::{hex, unhex};
pub use ids::{
    ApiKeyId, AuditId, BlockId, CommandId, ConnectorId, DeliveryId, DocumentId, EntryId,
    EventDefinitionId, EventId, EventSubscriptionId, ExecutionHookId, HoldId, HookDeliveryId,
    IntentId, InvalidId, InvitationId, OrganizationId, PaidEndpointId, PaymentId, RoleId, RunId,
    SaleId, SchemaId, SegmentId, SequenceInstanceId, ServiceAccountId, SessionId, TableId, TaskId,
    TemplateId, TestExecutionId, TestId, UiComponentId, UserId, WalletId, WorkerId, WorkflowId,
};
pub use kinds::{Kind, Kinds};
pub use secret::Secret;
