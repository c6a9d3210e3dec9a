//! The trigger `event`: which events start runs of a workflow, and which cancel them.

use std::sync::Arc;

use engine::{EventPattern, EventWait, Happening, Json, PayloadProblem};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Key, Kind};
use crate::primitives::{OrganizationId, event_key};

/// How many kinds of events may cancel the runs of a workflow.
const MAX_CANCELS: usize = 10;
/// Under what all patterns of an organization with a `*` are found; no event is called so.
const WILD: &str = "**";
/// The field of a mapping under which a key is looked up.
const FIELD: &str = "key";

/// The kind of triggers that events fire.
pub(super) struct Events;

impl Kind for Events {
    fn name(&self) -> &'static str {
        EventTrigger::KIND
    }

    fn problems(&self, payload: &Value) -> Vec<PayloadProblem> {
        EventTrigger::read(payload).err().unwrap_or_default()
    }

    fn keys(&self, organization: OrganizationId, payload: &Value) -> Vec<Key> {
        let Ok(trigger) = EventTrigger::read(payload) else { return Vec::new() };
        let patterns = std::iter::once(&trigger.start).chain(&trigger.cancels);
        let mut keys: Vec<Key> = patterns.map(|rule| key(organization, &rule.pattern)).collect();
        keys.sort();
        keys.dedup();
        keys
    }
}

fn key(organization: OrganizationId, pattern: &EventPattern) -> Key {
    let pattern = if pattern.is_exact() { pattern.as_str() } else { WILD };
    Key::Event { organization, pattern: Arc::from(pattern) }
}

/// The keys under which the triggers stand that an event may fire.
pub fn keys_of(organization: OrganizationId, name: &str) -> [Key; 2] {
    [name, WILD].map(|pattern| Key::Event { organization, pattern: Arc::from(pattern) })
}

/// What a trigger says of some events.
#[derive(Debug)]
struct Rule {
    pattern: EventPattern,
    /// As a wait has it: pattern, condition, mapping.
    config: Value,
    /// The same with the correlation key as its mapping.
    correlation: Option<Value>,
}

/// The settings of a trigger.
#[derive(Debug)]
pub struct EventTrigger {
    start: Rule,
    cancels: Vec<Rule>,
    unique: bool,
    priority: i64,
}

/// An event that starts a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// What the run takes.
    pub body: Json,
    /// What its runs are told apart by.
    pub key: Option<String>,
    /// Whether a key has one running run at most.
    pub unique: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    #[serde(default)]
    unique: bool,
    #[serde(default)]
    priority: i64,
    #[serde(default)]
    cancel_on: Vec<Value>,
}

impl EventTrigger {
    /// What a node names in its `type`.
    pub const KIND: &'static str = "event";

    /// Reads the settings.
    ///
    /// # Errors
    /// Everything that is wrong with them, with its place and the cure.
    pub fn read(payload: &Value) -> Result<Self, Vec<PayloadProblem>> {
        let mut problems = Vec::new();
        let problem =
            |path: &str, message: String| PayloadProblem { path: path.to_owned(), message };
        let settings = match Settings::deserialize(payload) {
            Ok(settings) => settings,
            Err(error) => return Err(vec![problem("", error.to_string())]),
        };
        if settings.cancel_on.len() > MAX_CANCELS {
            let message = format!("has at most {MAX_CANCELS} entries");
            problems.push(problem("/cancelOn", message));
        }
        let start = rule(payload, "", &mut problems);
        if settings.unique && payload.get("correlationKey").is_none() {
            let message = "needs a correlationKey: of what there is one running run".to_owned();
            problems.push(problem("/unique", message));
        }
        let mut cancels = Vec::new();
        for (place, entry) in settings.cancel_on.iter().enumerate() {
            let at = format!("/cancelOn/{place}");
            if entry.get("correlationKey").is_none() || payload.get("correlationKey").is_none() {
                let message = "needs a correlationKey here and in the trigger: it cancels the runs \
                               that were started under the same key";
                problems.push(problem(&format!("{at}/correlationKey"), message.to_owned()));
            }
            cancels.extend(rule(entry, &at, &mut problems));
        }
        match start {
            Some(start) if problems.is_empty() => {
                let Settings { unique, priority, .. } = settings;
                Ok(Self { start, cancels, unique, priority })
            }
            Some(_) | None => Err(problems),
        }
    }

    /// Which comes first: the lower one.
    pub const fn priority(&self) -> i64 {
        self.priority
    }

    /// What an event starts; none when it is not meant.
    pub fn start(&self, happening: &Happening) -> Option<Start> {
        let body = EventWait::of(&self.start.config).ok()?.answer(happening)?;
        let key = self.start.key(happening);
        Some(Start { body, unique: self.unique && key.is_some(), key })
    }

    /// Under which keys an event cancels running runs.
    pub fn cancels(&self, happening: &Happening) -> Vec<String> {
        let mut keys: Vec<_> = self.cancels.iter().filter_map(|rule| rule.key(happening)).collect();
        keys.sort();
        keys.dedup();
        keys
    }
}

impl Rule {
    /// The key that the event has; none when it is not meant, or has none.
    fn key(&self, happening: &Happening) -> Option<String> {
        let config = self.correlation.as_ref()?;
        let found = EventWait::of(config).ok()?.answer(happening)?;
        event_key(found.get(FIELD)?)
    }
}

fn rule(payload: &Value, at: &str, problems: &mut Vec<PayloadProblem>) -> Option<Rule> {
    let mut config = Map::new();
    for name in ["pattern", "condition", "mapping"] {
        if let Some(value) = payload.get(name) {
            config.insert(name.to_owned(), value.clone());
        }
    }
    let config = Value::Object(config);
    let mut say = |path: String, message: String| problems.push(PayloadProblem { path, message });
    let pattern = match EventWait::of(&config) {
        Ok(wait) => wait.pattern().clone(),
        Err(problem) => {
            say(format!("{at}{}", problem.path), problem.message);
            return None;
        }
    };
    let correlation = payload.get("correlationKey").map(|key| {
        let condition = config.get("condition").cloned().unwrap_or_default();
        json!({ "pattern": pattern.as_str(), "condition": condition, "mapping": { FIELD: key } })
    });
    if let Some(Err(problem)) = correlation.as_ref().map(EventWait::of) {
        say(format!("{at}/correlationKey"), problem.message);
        return None;
    }
    Some(Rule { pattern, config, correlation })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn happening(payload: &Value) -> Happening {
        Happening::new("order.paid", payload, Some("shop"), "evt_1")
    }

    #[test]
    fn an_event_starts_a_run_under_its_key() {
        let payload = json!({
            "pattern": "order.*", "condition": {"$and": [{"payload.amount": {"$gte": 5}}]},
            "mapping": {"amount": "payload.amount"}, "correlationKey": "payload.order || source",
            "unique": true, "cancelOn": [{"pattern": "order.paid", "correlationKey": "payload.undo"}],
        });
        let trigger = EventTrigger::read(&payload).expect("settings");
        let start = |payload| trigger.start(&happening(&payload));
        let found = start(json!({"amount": 7, "order": 12})).expect("a start");
        assert_eq!((&*found.body, found.key.as_deref()), (&json!({"amount": 7}), Some("12")));
        assert_eq!(start(json!({"amount": 7})).and_then(|it| it.key).as_deref(), Some("shop"));
        assert_eq!(start(json!({"amount": 4})), None);
        assert_eq!(trigger.cancels(&happening(&json!({"undo": "é"}))).len(), 1);
        assert_eq!(trigger.cancels(&happening(&json!({"undo": []}))), Vec::<String>::new());
        let keys = Events.keys(OrganizationId::DEFAULT, &payload);
        let [exact, wild] = keys_of(OrganizationId::DEFAULT, "order.paid");
        assert!(keys.len() == 2 && keys.contains(&exact) && keys.contains(&wild));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (payload, place) in [
            (json!({}), "/pattern"),
            (json!({"pattern": "a.**"}), "/pattern"),
            (json!({"pattern": "a", "condition": {"$and": [{"run.x": {"$eq": 1}}]}}), "/condition"),
            (json!({"pattern": "a", "correlationKey": "concat('a')"}), "/correlationKey"),
            (json!({"pattern": "a", "unique": true}), "/unique"),
            (
                json!({"pattern": "a", "correlationKey": "source", "cancelOn": [{"pattern": "b"}]}),
                "/cancelOn/0/correlationKey",
            ),
            (
                json!({"pattern": "a", "correlationKey": "source",
                       "cancelOn": [{"pattern": "-.-*", "correlationKey": "source"}]}),
                "/cancelOn/0/pattern",
            ),
        ] {
            let problems = EventTrigger::read(&payload).expect_err("a problem");
            assert_eq!(problems[0].path, place, "{payload}: {problems:?}");
        }
    }
}
