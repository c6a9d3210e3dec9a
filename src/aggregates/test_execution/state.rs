//! The execution as its events made it.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::WorkflowRef;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Error};
use super::event::{Event, Status};
use crate::aggregates::test::{CaseResult, CaseStatus};
use crate::primitives::{OrganizationId, TestExecutionId, TestId};

/// How many cases one event tells of. A case's result is bounded to some 40 KiB, and an event's payload
/// to 4 MiB.
const CASES_AN_EVENT: usize = 50;

/// An execution, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TestExecution {
    /// What its first event says; nothing before.
    pub head: Option<Head>,
    /// What became of the cases.
    pub results: Vec<CaseResult>,
    /// How it ended.
    pub end: Option<End>,
}

/// What an execution's first event says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Its id.
    pub id: TestExecutionId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// The test.
    pub test: TestId,
    /// The version of the test.
    pub test_version: u64,
    /// What was tested; nothing for a test of one node.
    pub workflow: Option<WorkflowRef>,
    /// Who wanted it.
    pub by: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// How an execution ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// Whether every case passed.
    pub status: Status,
    /// How many did.
    pub passed: u32,
    /// How many did not.
    pub failed: u32,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl TestExecution {
    /// The events that belong into one append.
    fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        if self.head.is_some() {
            return Err(Error::Exists);
        }
        let Command { id, organization, test, test_version, workflow, results, by, .. } = command;
        let at = command.at;
        let count = |of: usize| u32::try_from(of).unwrap_or(u32::MAX);
        let passed = results.iter().filter(|it| it.status == CaseStatus::Passed).count();
        let failed = results.len() - passed;
        let mut events = vec![Event::Started {
            execution_id: id,
            organization_id: organization,
            test_id: test,
            test_version,
            workflow,
            by,
            at: command.started_at,
        }];
        events.extend(
            results
                .chunks(CASES_AN_EVENT)
                .map(|results| Event::CasesPlayed { results: results.to_vec(), at }),
        );
        let status = if failed == 0 { Status::Passed } else { Status::Failed };
        let (passed, failed) = (count(passed), count(failed));
        events.push(Event::Finished { status, passed, failed, at });
        Ok(events)
    }
}

impl Aggregate for TestExecution {
    const TYPE: &'static str = "test_execution";
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
        match event {
            Event::Started {
                execution_id,
                organization_id,
                test_id,
                test_version,
                workflow,
                by,
                at,
            } => {
                self.head = Some(Head {
                    id: execution_id,
                    organization: organization_id,
                    test: test_id,
                    test_version,
                    workflow,
                    by,
                    at,
                });
            }
            Event::CasesPlayed { results, at: _ } => self.results.extend(results),
            Event::Finished { status, passed, failed, at } => {
                self.end = Some(End { status, passed, failed, at });
            }
        }
    }
}
