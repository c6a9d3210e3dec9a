//! The workflow as its events made it, and what it answers to orders.

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Approval, Command, Order};
use super::error::Error;
use super::event::{Event, PauseReason};
use super::limits::{Allotment, Limits, accept_runs};
use super::review::{Comment, Review, Verdict, accept_text, hash_of};
use super::tags::accept_tags;
use crate::primitives::{OrganizationId, WorkflowId};

/// How long a workflow's name may be, in characters: what fits a line of a list.
const MAX_NAME: usize = 200;

/// Where a workflow stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WorkflowStatus)]
pub enum Status {
    /// Never published.
    #[default]
    Draft,
    /// Published: triggers start runs.
    Active,
    /// Published, automatic triggers stopped.
    Paused,
    /// Out of operation.
    Archived,
}

/// Edits that are not published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The definition as the author wrote it: it may be invalid.
    pub definition: Json,
    /// The record's version at which this content was saved.
    pub saved_at_version: u64,
    /// Who saved it.
    #[serde(default)]
    pub by: String,
}

/// A published definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// The definition in its normal form.
    pub definition: Json,
    /// Who published it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// A workflow, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Workflow {
    /// Its id; `None` before it was created.
    pub id: Option<WorkflowId>,
    /// Its owner.
    pub organization: Option<OrganizationId>,
    /// Who created it.
    #[serde(default)]
    pub created_by: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Why it is paused, when it is.
    pub pause_reason: Option<PauseReason>,
    /// The unpublished edits.
    pub draft: Option<Draft>,
    /// What was published, by number.
    pub versions: BTreeMap<u32, Version>,
    /// The number of the version that triggers run.
    pub live: Option<u32>,
    /// How often the record changed: the number that optimistic locking compares.
    pub version: u64,
    /// SHA-256 in hex of the secret in its webhook URL.
    pub webhook_secret_hash: String,
    /// Results that are pinned to nodes, for simulations and tests.
    #[serde(default)]
    pub pins: BTreeMap<String, Json>,
    /// Whether others looked at the draft as it is.
    #[serde(default)]
    pub review: Option<Review>,
    /// What it is found by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// How much it may start, and how often.
    #[serde(default)]
    pub limits: Limits,
    /// The runs of its present limit.
    #[serde(default)]
    pub allotment: Allotment,
    /// How many runs it might start in all when it paused because they were used up.
    #[serde(default)]
    pub used_up_at: Option<u64>,
    /// Since when its failures are counted: it was published or resumed then.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub watched_since: Option<OffsetDateTime>,
}

impl Workflow {
    /// The live definition, when there is one.
    pub fn live_definition(&self) -> Option<(u32, &Json)> {
        let number = self.live?;
        self.versions.get(&number).map(|version| (number, &version.definition))
    }

    /// Whether only its creator may see it, and those who may see everything: what is live says so,
    /// or the draft where nothing is.
    pub fn is_private(&self) -> bool {
        let draft = || self.draft.as_ref().map(|draft| &draft.definition);
        let decides = self.live_definition().map(|(_, definition)| definition).or_else(draft);
        decides.is_some_and(|definition| definition.get("visibility") == Some(&"private".into()))
    }

    /// How many runs its present allotment has, refills included; none: any number.
    pub fn total_runs(&self) -> Option<u64> {
        self.limits.max_runs.map(|runs| u64::from(runs) + self.allotment.refilled)
    }

    /// Decides what an order leads to, or why it is refused.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        if let Order::Resume { reviewed } = command.order {
            return self.resume(reviewed, command.by, command.at);
        }
        if let Order::PauseWhenUsedUp { since, used } = command.order {
            self.must_be_open()?;
            let used_up = self.total_runs().is_some_and(|total| used >= total);
            let pauses = self.status == Status::Active && self.allotment.since == since && used_up;
            let Command { by, at, order: _ } = command;
            let event = Event::Paused { reason: PauseReason::MaxRunsReached, by, at };
            return Ok(if pauses { vec![event] } else { Vec::new() });
        }
        self.decide_one(command).map(|event| vec![event])
    }

    fn resume(
        &self,
        reviewed: Option<PauseReason>,
        by: String,
        at: OffsetDateTime,
    ) -> Result<Vec<Event>, Error> {
        self.must_be_open()?;
        let reason = match self.status {
            Status::Paused => self.pause_reason.unwrap_or(PauseReason::Requested),
            Status::Active => return Err(Error::NotPaused),
            Status::Draft => return Err(Error::NotLive),
            Status::Archived => return Err(Error::Archived),
        };
        if !reason.is_automatic() {
            return Ok(vec![Event::Resumed { by, at }]);
        }
        if reviewed != Some(reason) {
            return Err(Error::Unreviewed(reason));
        }
        if self.used_up_at.is_some() && self.used_up_at == self.total_runs() {
            return Err(Error::StillUsedUp);
        }
        let review = Event::PauseReviewed { reason, by: by.clone(), at };
        Ok(vec![review, Event::Resumed { by, at }])
    }

    /// What an order leads to that is answered with one event.
    #[expect(clippy::too_many_lines, reason = "an order a paragraph")]
    fn decide_one(&self, Command { by, at, order }: Command) -> Result<Event, Error> {
        if let Order::Create {
            id,
            organization,
            name,
            description,
            definition,
            webhook_secret_hash,
        } = order
        {
            if self.id.is_some() {
                return Err(Error::Exists);
            }
            return Ok(Event::Created {
                workflow_id: id,
                organization_id: organization,
                name: accept_name(&name)?,
                description,
                definition,
                webhook_secret_hash,
                by,
                at,
            });
        }
        self.must_be_open()?;
        match order {
            Order::Create { .. } => Err(Error::Exists),
            Order::SaveDraft { expected_version, name, description, definition } => {
                self.must_be_at(expected_version)?;
                let name = name.as_deref().map(accept_name).transpose()?;
                Ok(Event::DraftSaved { name, description, definition, by, at })
            }
            Order::PinOutputs { expected_version, pins } => {
                self.must_be_at(expected_version)?;
                Ok(Event::OutputsPinned { pins, by, at })
            }
            Order::DiscardDraft => match (&self.draft, self.live) {
                (None, _) => Err(Error::NoDraft),
                (Some(_), None) => Err(Error::OnlyDraft),
                (Some(_), Some(_)) => Ok(Event::DraftDiscarded { by, at }),
            },
            Order::Publish { expected_version, checked_at_version, definition, approval } => {
                self.must_be_at(expected_version)?;
                let draft = self.draft.as_ref().ok_or(Error::NoDraft)?;
                if draft.saved_at_version > checked_at_version {
                    return Err(Error::Conflict {
                        expected: checked_at_version,
                        actual: self.version,
                    });
                }
                let approved = self.review.as_ref().is_some_and(|review| {
                    review.is_approved() && review.draft_hash == hash_of(&draft.definition)
                });
                if approval == Approval::Required && !approved {
                    return Err(Error::Unapproved);
                }
                Ok(Event::Published { version: self.next_version(), definition, by, at })
            }
            Order::Pause { reason } => match self.status {
                Status::Active => Ok(Event::Paused { reason, by, at }),
                Status::Paused => Err(Error::AlreadyPaused),
                Status::Draft => Err(Error::NotLive),
                Status::Archived => Err(Error::Archived),
            },
            // Decided before: they lead to none or to several events.
            Order::Resume { .. } | Order::PauseWhenUsedUp { .. } => Err(Error::NotPaused),
            Order::SetLimits { expected_version, limits } => {
                self.must_be_at(expected_version)?;
                Ok(Event::LimitsSet { limits: limits.accepted()?, by, at })
            }
            Order::RequestReview { note } => {
                let draft = self.draft.as_ref().ok_or(Error::NoDraft)?;
                if self.review.is_some() {
                    return Err(Error::UnderReview);
                }
                let note = note.map(|note| accept_text("/note", &note)).transpose()?;
                let draft_hash = hash_of(&draft.definition);
                Ok(Event::ReviewRequested { draft_hash, note, by, at })
            }
            Order::Approve { draft_hash } => {
                self.must_be_judged(&by, &draft_hash)?;
                Ok(Event::DraftApproved { draft_hash, by, at })
            }
            Order::Reject { draft_hash, reason } => {
                self.must_be_judged(&by, &draft_hash)?;
                let reason = accept_text("/reason", &reason)?;
                Ok(Event::DraftRejected { draft_hash, reason, by, at })
            }
            Order::Comment { text } => {
                let review = self.review.as_ref().ok_or(Error::NoReview)?;
                review.must_have_room()?;
                let draft_hash = review.draft_hash.clone();
                Ok(Event::DraftCommented { draft_hash, text: accept_text("/text", &text)?, by, at })
            }
            Order::Tag { expected_version, tags } => {
                self.must_be_at(expected_version)?;
                Ok(Event::Tagged { tags: accept_tags(tags)?, by, at })
            }
            Order::Refill { runs } => {
                let total = self.total_runs().ok_or(Error::NoLimit)?;
                accept_runs("/runs", runs)?;
                let all = u32::try_from(total + u64::from(runs)).unwrap_or(u32::MAX);
                accept_runs("/runs", all)?;
                Ok(Event::Refilled { runs, by, at })
            }
            Order::Archive => Ok(Event::Archived { by, at }),
            Order::Rollback { to } => {
                let live = self.live.ok_or(Error::NotLive)?;
                let target = self.versions.get(&to).ok_or(Error::NoSuchVersion(to))?;
                if live == to {
                    return Err(Error::LiveAlready(to));
                }
                Ok(Event::RolledBack {
                    version: self.next_version(),
                    restored: to,
                    definition: target.definition.clone(),
                    by,
                    at,
                })
            }
        }
    }

    fn must_be_judged(&self, by: &str, seen: &str) -> Result<(), Error> {
        let review = self.review.as_ref().ok_or(Error::NoReview)?;
        let edited_by = self.draft.as_ref().map_or("", |draft| draft.by.as_str());
        review.must_be_judged_by(by, edited_by, seen)
    }

    fn must_be_open(&self) -> Result<(), Error> {
        if self.id.is_none() {
            return Err(Error::Unknown);
        }
        if self.status == Status::Archived {
            return Err(Error::Archived);
        }
        Ok(())
    }

    fn must_be_at(&self, expected: Option<u64>) -> Result<(), Error> {
        match expected {
            Some(expected) if expected != self.version => {
                Err(Error::Conflict { expected, actual: self.version })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn next_version(&self) -> u32 {
        self.versions.last_key_value().map_or(1, |(last, _)| last + 1)
    }

    fn judge(&mut self, verdict: Verdict) {
        if let Some(review) = &mut self.review {
            review.verdict = Some(verdict);
        }
    }

    fn go_live(&mut self, number: u32, version: Version) {
        self.versions.insert(number, version);
        self.live = Some(number);
        if self.status == Status::Draft {
            self.status = Status::Active;
        }
    }
}

impl Aggregate for Workflow {
    const TYPE: &'static str = "workflow";
    type Command = Command;
    type Event = Event;
    type Error = Error;
    type Services = ();

    async fn handle(
        &mut self,
        command: Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Error> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        self.version += 1;
        match event {
            Event::Created {
                workflow_id,
                organization_id,
                name,
                description,
                definition,
                webhook_secret_hash,
                by,
                at: _,
            } => {
                self.created_by.clone_from(&by);
                self.id = Some(workflow_id);
                self.organization = Some(organization_id);
                self.name = name;
                self.description = description;
                self.webhook_secret_hash = webhook_secret_hash;
                self.review = None;
                self.draft = Some(Draft { definition, saved_at_version: self.version, by });
            }
            Event::DraftSaved { name, description, definition, by, at: _ } => {
                if let Some(name) = name {
                    self.name = name;
                }
                if description.is_some() {
                    self.description = description;
                }
                if let Some(definition) = definition {
                    self.review = None;
                    self.draft = Some(Draft { definition, saved_at_version: self.version, by });
                }
            }
            Event::DraftDiscarded { .. } => {
                self.draft = None;
                self.review = None;
            }
            Event::ReviewRequested { draft_hash, note, by, at } => {
                self.review = Some(Review {
                    draft_hash,
                    requested_by: by,
                    requested_at: at,
                    note,
                    verdict: None,
                    comments: Vec::new(),
                });
            }
            Event::DraftApproved { by, at, .. } => self.judge(Verdict::Approved { by, at }),
            Event::DraftRejected { reason, by, at, .. } => {
                self.judge(Verdict::Rejected { by, reason, at });
            }
            Event::DraftCommented { text, by, at, .. } => {
                if let Some(review) = &mut self.review {
                    review.comments.push(Comment { by, text, at });
                }
            }
            Event::OutputsPinned { pins, .. } => self.pins = pins,
            Event::LimitsSet { limits, .. } => {
                if limits.max_runs != self.limits.max_runs {
                    self.allotment = Allotment { since: self.version, refilled: 0 };
                    self.used_up_at = None;
                }
                self.limits = limits;
            }
            Event::Tagged { tags, .. } => self.tags = tags,
            Event::Refilled { runs, .. } => self.allotment.refilled += u64::from(runs),
            Event::PauseReviewed { .. } => {}
            Event::Published { version, definition, by, at } => {
                self.draft = None;
                self.review = None;
                self.watched_since = Some(at);
                self.go_live(version, Version { definition, by, at });
            }
            Event::Paused { reason, .. } => {
                self.status = Status::Paused;
                self.pause_reason = Some(reason);
                if reason == PauseReason::MaxRunsReached {
                    self.used_up_at = self.total_runs();
                }
            }
            Event::Resumed { at, .. } => {
                self.status = Status::Active;
                self.pause_reason = None;
                self.used_up_at = None;
                self.watched_since = Some(at);
            }
            Event::Archived { .. } => {
                self.status = Status::Archived;
                self.pause_reason = None;
            }
            Event::RolledBack { version, definition, by, at, restored: _ } => {
                self.watched_since = Some(at);
                self.go_live(version, Version { definition, by, at });
            }
        }
    }
}

fn accept_name(name: &str) -> Result<String, Error> {
    let actual = name.trim().chars().count();
    if (1..=MAX_NAME).contains(&actual) {
        Ok(name.trim().to_owned())
    } else {
        Err(Error::Name { max: MAX_NAME, actual })
    }
}
