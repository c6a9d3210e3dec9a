//! Invented lives of interfaces.

use chainkeel::aggregates::ui_component::Event;
use chainkeel::interfaces::Component;
use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::primitives::{OrganizationId, UiComponentId};
use serde_json::json;
use time::Duration;
use time::macros::datetime;

use super::invention::{Dice, History};

/// One life: written, written anew some times, perhaps retired.
pub(super) fn ui_component(dice: &mut Dice) -> History {
    let at = datetime!(2026-11-22 08:00 UTC) + Duration::minutes(dice.roll(900).cast_signed());
    let by = || "ada\u{0}".to_owned();
    let organization_id = OrganizationId::DEFAULT;
    let first = component(dice);
    let name = first.name.clone();
    let mut events = vec![Event::Created { organization_id, name, component: first, by: by(), at }];
    for version in 2..2 + dice.roll(4) {
        let component = component(dice);
        let name = component.name.clone();
        events.push(Event::Revised { version, name, component, by: by(), at });
    }
    if dice.roll(3) == 0 {
        events.push(Event::Retired { by: by(), at });
    }
    let appends = events.iter().map(|event| vec![NewEvent::of(event).unwrap()]).collect();
    History { stream: StreamId::ui_component(UiComponentId::generate()), appends }
}

fn component(dice: &mut Dice) -> Box<Component> {
    let mut written = json!({
        "name": format!("Form {}\u{0}", dice.roll(9)),
        "componentType": if dice.roll(2) == 0 { "Form" } else { "Modal" },
        "fields": [{ "fieldKey": "a", "label": "A", "type": "text" }],
    });
    if dice.roll(2) == 0 {
        written["description"] = "what it is for\u{0}".into();
    }
    serde_json::from_value(written).unwrap()
}
