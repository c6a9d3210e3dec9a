//! Who watches what, found by what happened: an event is led to those who want it without a look at the others.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::told::Told;
use crate::primitives::{Kinds, OrganizationId, RunId, WorkflowId};

/// What a client watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Every event of one run.
    Run(RunId),
    /// What happens in an organization.
    Activity(Wanted),
}

/// What of an organization is wanted: all that is set must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The organization.
    pub organization: OrganizationId,
    /// Only what concerns this workflow and its runs.
    pub workflow: Option<WorkflowId>,
    /// Only what concerns this run.
    pub run: Option<RunId>,
    /// Only these types.
    pub kinds: Option<Kinds>,
}

pub(super) type Client = mpsc::Sender<Arc<Told>>;
type List = HashMap<u64, Client>;

/// Of what a client wants to hear; the narrowest that its filter allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Scope {
    /// Every event of a run.
    Events(RunId),
    /// What happens in an organization.
    Organization(OrganizationId),
    /// What happens in a workflow and its runs.
    Workflow(OrganizationId, WorkflowId),
    /// What happens in a run.
    Run(OrganizationId, RunId),
}

/// The clients of one scope, by the types that they want.
#[derive(Debug, Default)]
struct Lists {
    all: List,
    families: HashMap<String, List>,
    exact: HashMap<String, List>,
}

/// Everybody who watches.
#[derive(Debug, Default)]
pub(super) struct Roll {
    filters: HashMap<u64, Filter>,
    scopes: HashMap<Scope, Lists>,
    /// How many watch the activity of an organization.
    organizations: HashMap<OrganizationId, usize>,
}

impl Roll {
    /// Adds a client under a number of its own.
    pub(super) fn add(&mut self, number: u64, filter: Filter, client: Client) {
        if let Filter::Activity(wanted) = &filter {
            *self.organizations.entry(wanted.organization).or_default() += 1;
        }
        let lists = self.scopes.entry(scope_of(&filter)).or_default();
        match kinds_of(&filter) {
            None => drop(lists.all.insert(number, client)),
            Some(kinds) => {
                for family in kinds.families() {
                    lists.families.entry(family).or_default().insert(number, client.clone());
                }
                for kind in kinds.exact() {
                    lists.exact.entry(kind).or_default().insert(number, client.clone());
                }
            }
        }
        self.filters.insert(number, filter);
    }

    /// Forgets a client: nothing comes after what it has been sent.
    pub(super) fn remove(&mut self, number: u64) {
        let Some(filter) = self.filters.remove(&number) else { return };
        if let Filter::Activity(wanted) = &filter
            && let Some(count) = self.organizations.get_mut(&wanted.organization)
        {
            *count -= 1;
            if *count == 0 {
                self.organizations.remove(&wanted.organization);
            }
        }
        let scope = scope_of(&filter);
        let Some(lists) = self.scopes.get_mut(&scope) else { return };
        match kinds_of(&filter) {
            None => drop(lists.all.remove(&number)),
            Some(kinds) => {
                kinds.families().for_each(|family| leave(&mut lists.families, &family, number));
                kinds.exact().for_each(|kind| leave(&mut lists.exact, &kind, number));
            }
        }
        if lists.all.is_empty() && lists.families.is_empty() && lists.exact.is_empty() {
            self.scopes.remove(&scope);
        }
    }

    /// Forgets everybody.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether nobody watches anything.
    pub(super) fn is_empty(&self) -> bool {
        self.filters.is_empty()
    }

    /// Whether somebody watches what happens in an organization.
    pub(super) fn watches(&self, organization: OrganizationId) -> bool {
        self.organizations.contains_key(&organization)
    }

    /// Whether somebody watches every event of a run.
    pub(super) fn watches_run(&self, run: RunId) -> bool {
        self.scopes.contains_key(&Scope::Events(run))
    }

    /// Sends an event to those who want it; how many got it, and the numbers of those who are slow or gone.
    pub(super) fn send(&self, told: &Arc<Told>) -> Sent {
        let mut sent = Sent::default();
        let run = told.event.aggregate_id.parse::<RunId>().ok();
        let run = run.filter(|_| told.event.aggregate_type == "run");
        if let Some(lists) = run.and_then(|run| self.scopes.get(&Scope::Events(run))) {
            sent.to(&lists.all, told);
        }
        let Some(entry) = &told.entry else { return sent };
        let organization = told.event.organization;
        let workflow = entry.workflow_id.as_deref().and_then(|id| id.parse().ok());
        let scopes = [
            Some(Scope::Organization(organization)),
            workflow.map(|workflow| Scope::Workflow(organization, workflow)),
            run.map(|run| Scope::Run(organization, run)),
        ];
        for lists in scopes.into_iter().flatten().filter_map(|scope| self.scopes.get(&scope)) {
            sent.to(&lists.all, told);
            if let Some(list) = lists.exact.get(&entry.kind) {
                sent.to(list, told);
            }
            let family = entry.kind.split_once('.').map(|(family, _)| family);
            if let Some(list) = family.and_then(|family| lists.families.get(family)) {
                sent.to(list, told);
            }
        }
        sent
    }
}

/// To whom an event went.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// How many it went to.
    pub(super) count: usize,
    /// Those who are to be forgotten, because they did not keep up or are gone.
    pub(super) lost: Vec<u64>,
}

impl Sent {
    fn to(&mut self, list: &List, told: &Arc<Told>) {
        for (number, client) in list {
            match client.try_send(Arc::clone(told)) {
                Ok(()) => self.count += 1,
                Err(_) => self.lost.push(*number),
            }
        }
    }
}

const fn scope_of(filter: &Filter) -> Scope {
    match filter {
        Filter::Run(run) => Scope::Events(*run),
        Filter::Activity(Wanted { organization, run: Some(run), .. }) => {
            Scope::Run(*organization, *run)
        }
        Filter::Activity(Wanted { organization, workflow: Some(workflow), .. }) => {
            Scope::Workflow(*organization, *workflow)
        }
        Filter::Activity(Wanted { organization, .. }) => Scope::Organization(*organization),
    }
}

const fn kinds_of(filter: &Filter) -> Option<&Kinds> {
    match filter {
        Filter::Run(_) => None,
        Filter::Activity(wanted) => wanted.kinds.as_ref(),
    }
}

fn leave(lists: &mut HashMap<String, List>, name: &str, number: u64) {
    if let Some(list) = lists.get_mut(name) {
        list.remove(&number);
        if list.is_empty() {
            lists.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;
    use crate::journal::Recorded;
    use crate::projections::activity::Entry;

    fn told(
        organization: OrganizationId,
        workflow: WorkflowId,
        run: RunId,
        kind: &str,
    ) -> Arc<Told> {
        let at = OffsetDateTime::UNIX_EPOCH;
        let event = Recorded {
            position: 1,
            aggregate_type: "run".into(),
            aggregate_id: run.to_string(),
            sequence: 1,
            event_type: kind.trim_start_matches("run.").to_owned(),
            event_version: "1.0".to_owned(),
            organization,
            payload: "{}".to_owned(),
            metadata: "{}".to_owned(),
            recorded_at: at,
        };
        let entry = Entry {
            position: 1,
            kind: kind.to_owned(),
            workflow_id: Some(workflow.to_string()),
            run_id: Some(run.to_string()),
            node_id: None,
            actor: "admin".to_owned(),
            summary: String::new(),
            detail: None,
            occurred_at: at,
        };
        Arc::new(Told::new(event, Some(entry)))
    }

    fn kinds(text: &str) -> Option<Kinds> {
        Kinds::try_from(text.to_owned()).ok()
    }

    #[test]
    fn an_event_goes_to_those_who_want_it_once_and_to_nobody_else() {
        let (organization, workflow, run) =
            (OrganizationId::generate(), WorkflowId::generate(), RunId::generate());
        let all = Wanted { organization, workflow: None, run: None, kinds: None };
        let stranger = Wanted { organization: OrganizationId::generate(), ..all.clone() };
        let wishes = [
            (Filter::Run(run), true),
            (Filter::Run(RunId::generate()), false),
            (Filter::Activity(all.clone()), true),
            (Filter::Activity(stranger.clone()), false),
            (Filter::Activity(Wanted { workflow: Some(workflow), ..all.clone() }), true),
            (
                Filter::Activity(Wanted { workflow: Some(WorkflowId::generate()), ..all.clone() }),
                false,
            ),
            (Filter::Activity(Wanted { run: Some(run), ..all.clone() }), true),
            (Filter::Activity(Wanted { run: Some(run), ..stranger }), false),
            (Filter::Activity(Wanted { kinds: kinds("run.*,workflow.*"), ..all.clone() }), true),
            (
                Filter::Activity(Wanted { kinds: kinds("run.started,run.failed"), ..all.clone() }),
                true,
            ),
            (Filter::Activity(Wanted { kinds: kinds("run.succeeded,workflow.*"), ..all }), false),
        ];
        let mut roll = Roll::default();
        let mut clients = Vec::new();
        for (number, (filter, wants)) in wishes.into_iter().enumerate() {
            let (client, events) = mpsc::channel(4);
            roll.add(number as u64, filter.clone(), client);
            clients.push((filter, wants, events));
        }
        let sent = roll.send(&told(organization, workflow, run, "run.failed"));
        assert_eq!((sent.count, sent.lost), (6, vec![]));
        for (filter, wants, events) in &mut clients {
            assert_eq!(events.try_recv().is_ok(), *wants, "{filter:?}");
            assert!(events.try_recv().is_err(), "twice: {filter:?}");
        }
        assert!(roll.watches(organization) && roll.watches_run(run));
        (0..clients.len() as u64).for_each(|number| roll.remove(number));
        assert!(!roll.watches(organization) && roll.scopes.is_empty() && roll.filters.is_empty());
    }

    #[test]
    fn who_does_not_keep_up_is_lost_and_holds_up_nobody() {
        let (organization, workflow, run) =
            (OrganizationId::generate(), WorkflowId::generate(), RunId::generate());
        let wanted = Wanted { organization, workflow: None, run: None, kinds: kinds("run.*") };
        let mut roll = Roll::default();
        let ((slow, mut of_slow), (quick, mut of_quick)) = (mpsc::channel(1), mpsc::channel(2));
        roll.add(1, Filter::Activity(wanted.clone()), slow);
        roll.add(2, Filter::Activity(wanted), quick);
        let told = told(organization, workflow, run, "run.started");
        assert!(roll.send(&told).lost.is_empty());
        let lost = roll.send(&told).lost;
        assert_eq!(lost, [1]);
        for number in lost {
            roll.remove(number);
        }
        assert!(of_quick.try_recv().is_ok() && of_quick.try_recv().is_ok());
        // What it had is not lost, and then its stream ends.
        assert!(of_slow.try_recv().is_ok());
        assert_eq!(of_slow.try_recv().err(), Some(mpsc::error::TryRecvError::Disconnected));
    }
}
