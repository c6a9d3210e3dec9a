//! Which content of a workflow is meant: its draft, what is live, or a published version.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use engine::{Definition, Json, WorkflowRef};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};

use super::{record, validate};
use crate::access::Principal;
use crate::aggregates::workflow::{Error, Workflow};
use crate::http::api::Api;
use crate::http::problem::refusals;
use crate::http::problem::{Code, Problem};
use crate::primitives::WorkflowId;
use crate::trials::Target;

/// Which content of a workflow. As text: `draft`, `live`, or a version's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Edition {
    /// The unpublished edits.
    Draft,
    /// The version that triggers run.
    Live,
    /// A published version.
    Version(u32),
}

/// A definition that can be played, and the number of its version: the next one for a draft.
pub(super) struct Playable {
    pub(super) definition: Arc<Definition>,
    pub(super) version: u32,
}

impl Edition {
    /// The draft, or without one what is live.
    pub(in crate::http) const fn newest(state: &Workflow) -> Self {
        if state.draft.is_some() { Self::Draft } else { Self::Live }
    }

    /// The content.
    pub(super) fn content(self, state: &Workflow) -> Result<(&Json, u32), Problem> {
        match self {
            Self::Draft => {
                let draft = state.draft.as_ref().ok_or(Error::NoDraft)?;
                let last = state.versions.keys().next_back().copied().unwrap_or_default();
                Ok((&draft.definition, last.saturating_add(1)))
            }
            Self::Live => {
                let (version, definition) = state.live_definition().ok_or(Error::NotLive)?;
                Ok((definition, version))
            }
            Self::Version(number) => {
                let version = state.versions.get(&number);
                let version = version.ok_or_else(|| Problem::new(Code::VersionNotFound))?;
                Ok((&version.definition, number))
            }
        }
    }

    /// The number of its version: the next one for a draft.
    pub(in crate::http) fn number(self, state: &Workflow) -> Result<u32, Problem> {
        self.content(state).map(|(_, number)| number)
    }

    /// The content as a definition. It may have problems as long as it can be read.
    pub(in crate::http) fn definition(self, state: &Workflow) -> Result<Definition, Problem> {
        let (content, _) = self.content(state)?;
        engine::parse(content).map_err(|found| self.refused(&found))
    }

    /// The content as a definition without problems.
    pub(super) fn playable(self, state: &Workflow) -> Result<Playable, Problem> {
        let (content, version) = self.content(state)?;
        let definition = validate::check(content).map_err(|found| self.refused(&found))?;
        Ok(Playable { definition: Arc::new(definition), version })
    }

    fn refused(self, found: &[engine::Diagnostic]) -> Problem {
        Problem::new(Code::InvalidDefinition)
            .because(format_args!("the definition ({self}) has problems: `details` lists them"))
            .with_details(refusals::details("/definition", found))
    }
}

/// A workflow as a test plays it: what is wanted of it, and else the newest.
pub(in crate::http) async fn target_of(
    api: &Api,
    who: &Principal,
    id: WorkflowId,
    wanted: Option<Edition>,
) -> Result<Target, Problem> {
    let state = record::load(api, who, id, None).await?.state;
    let edition = wanted.unwrap_or(Edition::newest(&state));
    let Playable { definition, version } = edition.playable(&state)?;
    let workflow = WorkflowRef { id: id.to_string(), version };
    Ok(Target::Workflow { definition, workflow, pins: state.pins })
}

impl FromStr for Edition {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "draft" => Ok(Self::Draft),
            "live" => Ok(Self::Live),
            number => number
                .parse()
                .map(Self::Version)
                .map_err(|_| "must be `draft`, `live` or the number of a version"),
        }
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draft => formatter.write_str("draft"),
            Self::Live => formatter.write_str("live"),
            Self::Version(number) => number.fmt(formatter),
        }
    }
}

impl<'de> Deserialize<'de> for Edition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Edition;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("`draft`, `live` or the number of a version")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Edition, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Edition, E> {
                u32::try_from(number).map(Edition::Version).map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Text)
    }
}
