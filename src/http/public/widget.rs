//! How a public workflow presents itself where it is embedded: `publicWidgetConfig` of a definition.

use engine::{Definition, Diagnostic, DiagnosticCode, Visibility};
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

/// How long a text of a widget may be, in characters: what fits beside a form.
const MAX_TEXT: usize = 500;
/// How many origins may be named, and nodes whose results are shown.
const MAX_ENTRIES: usize = 20;

/// The presentation of a public workflow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub(super) struct Widget {
    /// Above the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    /// Below the title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    /// Which colours it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) theme: Option<Theme>,
    /// On the button that starts a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) button_text: Option<String>,
    /// Shown when a run has succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) success_message: Option<String>,
    /// From which origins browsers may start runs, as `https://example.com`; any when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) allowed_origins: Vec<String>,
    /// The nodes whose results whoever started a run may see; none when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) public_outputs: Vec<String>,
}

/// Which colours a widget has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// As the reader's system has it.
    Auto,
}

impl Widget {
    /// The presentation of a definition that was found good; the plainest where it says nothing.
    pub(super) fn of(definition: &Definition) -> Self {
        let config = definition.public_widget_config();
        config.and_then(|config| Self::deserialize(&**config).ok()).unwrap_or_default()
    }

    /// Whether a browser that is at this origin may start runs.
    pub(super) fn allows(&self, origin: &str) -> bool {
        self.allowed_origins.is_empty() || self.allowed_origins.iter().any(|it| it == origin)
    }
}

/// What keeps a definition from being public as it says.
pub(in crate::http) fn problems(definition: &Definition) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut report = |place: &str, message: String| {
        let path = format!("/publicWidgetConfig{place}");
        found.push(Diagnostic::at(path, DiagnosticCode::InvalidValue, message));
    };
    if let Some(config) = definition.public_widget_config() {
        match Widget::deserialize(&**config) {
            Err(error) => report("", error.to_string()),
            Ok(widget) => check(definition, &widget, &mut report),
        }
    }
    if definition.visibility() == Some(Visibility::PublicExecute) {
        let strange = definition.root().is_some_and(|root| &*root.kind != "manual");
        if strange {
            let message = "everybody may execute only a workflow whose trigger is `manual`";
            found.push(Diagnostic::at("/visibility", DiagnosticCode::InvalidValue, message));
        }
    }
    found
}

fn check(definition: &Definition, widget: &Widget, report: &mut impl FnMut(&str, String)) {
    for (place, text) in [
        ("/title", &widget.title),
        ("/description", &widget.description),
        ("/buttonText", &widget.button_text),
        ("/successMessage", &widget.success_message),
    ] {
        let length = text.as_ref().map_or(0, |text| text.chars().count());
        if length > MAX_TEXT {
            report(place, format!("has at most {MAX_TEXT} characters, not {length}"));
        }
    }
    for (place, entries) in
        [("/allowedOrigins", &widget.allowed_origins), ("/publicOutputs", &widget.public_outputs)]
    {
        if entries.len() > MAX_ENTRIES {
            report(place, format!("has at most {MAX_ENTRIES} entries, not {}", entries.len()));
        }
    }
    for (number, origin) in widget.allowed_origins.iter().enumerate() {
        let parsed = Url::parse(origin).ok();
        let is_origin = parsed.is_some_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.origin().ascii_serialization() == *origin
        });
        if !is_origin {
            let message =
                "must be an origin, as `https://example.com`: no path, no slash at its end";
            report(&format!("/allowedOrigins/{number}"), message.to_owned());
        }
    }
    for (number, node) in widget.public_outputs.iter().enumerate() {
        if definition.node(&engine::NodeId::new(node.as_str())).is_none() {
            report(&format!("/publicOutputs/{number}"), format!("there is no node `{node}`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(widget: &serde_json::Value) -> Vec<String> {
        let definition = engine::parse(&json!({
            "nodes": {"root": {"type": "manual", "payload": {}}},
            "visibility": "public_execute", "publicWidgetConfig": widget,
        }));
        let found = problems(&definition.expect("a definition"));
        found.into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn a_widget_has_the_fields_that_it_may_have() {
        let good = json!({
            "title": "Ask for a refund", "theme": "auto", "buttonText": "Send",
            "allowedOrigins": ["https://shop.example", "http://localhost:3000"],
            "publicOutputs": ["root"],
        });
        assert_eq!(places(&good), [""; 0]);
        assert_eq!(places(&json!({"script": "x"})), ["/publicWidgetConfig"]);
        assert_eq!(places(&json!({"theme": "neon"})), ["/publicWidgetConfig"]);
        let long = json!({"title": "t".repeat(501)});
        assert_eq!(places(&long), ["/publicWidgetConfig/title"]);
    }

    #[test]
    fn an_origin_is_an_origin_and_an_output_is_a_node() {
        for origin in
            ["*", "https://shop.example/", "shop.example", "https://a@b.example", "javascript:1"]
        {
            let found = places(&json!({"allowedOrigins": [origin]}));
            assert_eq!(found, ["/publicWidgetConfig/allowedOrigins/0"], "{origin}");
        }
        let unknown = places(&json!({"publicOutputs": ["wallet"]}));
        assert_eq!(unknown, ["/publicWidgetConfig/publicOutputs/0"]);
    }
}
