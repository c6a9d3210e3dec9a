//! What aggregates of events refuse, as problems of the API.

use super::{Code, Problem};
use crate::aggregates::{
    event, event_definition, event_sequences, event_subscriptions, execution_hooks,
    sequence_instance,
};

impl From<event_definition::Error> for Problem {
    fn from(refusal: event_definition::Error) -> Self {
        let place = match refusal {
            event_definition::Error::Unknown => return Self::new(Code::EventDefinitionNotFound),
            event_definition::Error::NoSuchVersion(_) => {
                return Self::new(Code::VersionNotFound).because(refusal);
            }
            event_definition::Error::Exists(_) | event_definition::Error::Full => {
                return Self::new(Code::EventDefinitionRefuses).because(refusal);
            }
            event_definition::Error::Name => "/name",
            event_definition::Error::Description => "/description",
            event_definition::Error::SchemaTooLarge => "/payloadSchema",
            event_definition::Error::Examples => "/examples",
        };
        Self::new(Code::InvalidBody).at(place, refusal)
    }
}

impl From<event_subscriptions::Error> for Problem {
    fn from(refusal: event_subscriptions::Error) -> Self {
        let place = match &refusal {
            event_subscriptions::Error::Unknown => {
                return Self::new(Code::EventSubscriptionNotFound);
            }
            // Ids are new each time: two requests do not make the same one.
            event_subscriptions::Error::Exists => return Self::internal(refusal),
            event_subscriptions::Error::Meaning { path, .. } => path.clone(),
            event_subscriptions::Error::Full | event_subscriptions::Error::Secrets => {
                return Self::new(Code::EventSubscriptionRefuses).because(refusal);
            }
            event_subscriptions::Error::Url | event_subscriptions::Error::Elsewhere => {
                "/url".to_owned()
            }
            event_subscriptions::Error::Headers => "/headers".to_owned(),
            event_subscriptions::Error::Retry => "/retry".to_owned(),
        };
        Self::new(Code::InvalidBody).at(place, refusal)
    }
}

impl From<execution_hooks::Error> for Problem {
    fn from(refusal: execution_hooks::Error) -> Self {
        let place = match &refusal {
            execution_hooks::Error::Unknown => return Self::new(Code::ExecutionHookNotFound),
            // Ids are new each time: two requests do not make the same one.
            execution_hooks::Error::Exists => return Self::internal(refusal),
            execution_hooks::Error::Full
            | execution_hooks::Error::Secrets
            | execution_hooks::Error::Disabled => {
                return Self::new(Code::ExecutionHookRefuses).because(refusal);
            }
            execution_hooks::Error::Name => "/name",
            execution_hooks::Error::Description => "/description",
            execution_hooks::Error::Url => "/url",
            execution_hooks::Error::EventTypes => "/subscribedEventTypes",
            execution_hooks::Error::Workflows => "/workflowIds",
            execution_hooks::Error::Retries => "/maxRetries",
            execution_hooks::Error::Span => "/from",
        };
        Self::new(Code::InvalidBody).at(place, refusal)
    }
}

impl From<event_sequences::Error> for Problem {
    fn from(refusal: event_sequences::Error) -> Self {
        let place = match &refusal {
            event_sequences::Error::Unknown => return Self::new(Code::EventSequenceNotFound),
            event_sequences::Error::Exists(_)
            | event_sequences::Error::Behind(_)
            | event_sequences::Error::Full
            | event_sequences::Error::TooManyVersions => {
                return Self::new(Code::EventSequenceRefuses).because(refusal);
            }
            event_sequences::Error::Name => "/name".to_owned(),
            event_sequences::Error::Content { path, .. } => path.clone(),
        };
        Self::new(Code::InvalidBody).at(place, refusal)
    }
}

impl From<sequence_instance::Error> for Problem {
    fn from(refusal: sequence_instance::Error) -> Self {
        match refusal {
            sequence_instance::Error::Unknown => Self::new(Code::EventSequenceNotFound),
            sequence_instance::Error::NotFailed(_)
            | sequence_instance::Error::Compensated
            | sequence_instance::Error::Over(_) => {
                Self::new(Code::EventSequenceRefuses).because(refusal)
            }
            sequence_instance::Error::Reason => Self::new(Code::InvalidBody).at("/reason", refusal),
        }
    }
}

impl From<event::Error> for Problem {
    fn from(refusal: event::Error) -> Self {
        let place = match refusal {
            // Ids are new each time: two requests do not make the same one.
            event::Error::Exists => return Self::internal(refusal),
            event::Error::Name => "/event",
            event::Error::TooLarge => "/payload",
            event::Error::Source { .. } => "/source",
            event::Error::SenderId => "/id",
            event::Error::Metadata => "/metadata",
        };
        Self::new(Code::InvalidBody).at(place, refusal)
    }
}
