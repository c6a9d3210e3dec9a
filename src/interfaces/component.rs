//! An interface as its author writes it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::condition::Condition;
use super::rule::Rule;

/// What an interface is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum ComponentType {
    /// Asks for an answer, in the page.
    Form,
    /// The same in a dialog.
    Modal,
    /// Shows data.
    Display,
    /// Shows data or offers actions, as `customProps.displayType` says.
    Custom,
}

/// An interface: a form for tasks, or a view of runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = UiComponentDefinition)]
pub struct Component {
    /// Its name among others, 1 to 200 characters.
    pub name: String,
    /// What it is for, at most 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it is.
    pub component_type: ComponentType,
    /// Above it, at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What is asked for: at most 100. Those of a `Display` are shown, and nothing is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// How the fields stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
    /// The buttons below: at most 10. A form without any has one that sends it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// What a `Display` or a `Custom` shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_props: Option<CustomProps>,
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldType {
    /// A line of text.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
    /// One of the options.
    Select,
    /// Some of the options, each once.
    MultiSelect,
    /// A day, as `2026-11-30`.
    Date,
    /// A small file: `{name, type, data}`, the data in base64.
    File,
    /// Text of several lines.
    Textarea,
}

/// Something that is asked for or shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = UiField)]
pub struct Field {
    /// Its key in the answer: a letter, then letters, digits, `_` and `-`, at most 64.
    pub field_key: String,
    /// What stands before it, 1 to 200 characters.
    pub label: String,
    /// What it takes.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// What may be chosen, of `select` and `multi-select` alone: 1 to 200.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<SelectOption>,
    /// Shown where nothing is entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// What it has until something else is entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub default: Option<Value>,
    /// What an answer must hold to: at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub validation_rules: Vec<Rule>,
    /// Stands below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help_text: Option<String>,
    /// When it is shown; always when absent. What is not shown is not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible_if: Option<Condition>,
}

/// Something that may be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = UiOption)]
pub struct SelectOption {
    /// What the answer has.
    pub value: String,
    /// What is shown; the value when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// Whether fields stand below or beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LayoutType {
    /// Below each other.
    Single,
    /// In columns.
    Grid,
}

/// How far apart fields stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Spacing {
    /// Close.
    Small,
    /// As everywhere.
    Medium,
    /// Wide.
    Large,
}

/// How the fields stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = UiLayout)]
pub struct Layout {
    /// Below or beside each other; beside when there are several columns.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<LayoutType>,
    /// How many columns there are, 1 to 4. On a narrow screen there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<u8>,
    /// The keys in the order in which they stand; those that are left out follow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// Fields under headings; those of none come first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Section>,
    /// Rows of keys, of equal length: a key that is repeated takes several cells, `.` leaves one empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<Vec<String>>,
    /// How far apart they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spacing: Option<Spacing>,
}

/// Fields under a heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = UiSection)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// The keys of its fields.
    pub fields: Vec<String>,
}

/// How a button looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// What is done as a rule.
    Primary,
    /// Something else that may be done.
    Secondary,
    /// What is not to be done by mistake.
    Danger,
}

/// A button. Pressing it sends the answer with its key as `action`; the one with the key `reject` rejects the
/// task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = UiAction)]
pub struct Action {
    /// Its key, which the answer has as `action`.
    pub action_key: String,
    /// What stands on it, 1 to 80 characters.
    pub label: String,
    /// How it looks.
    pub style: Style,
    /// What is asked before it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<String>,
    /// When it is offered; always when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible_if: Option<Condition>,
}

/// How data are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisplayType {
    /// A row each.
    Table,
    /// A card each.
    Card,
    /// Buttons alone.
    Actions,
}

/// What is shown, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = UiCustomProps)]
pub struct CustomProps {
    /// How data are shown.
    pub display_type: DisplayType,
    /// What of each row is shown: at most 30. All there is when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// JSON pointer of the rows in the data: a list, or one thing. All of the data when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_key: Option<String>,
    /// What is flagged: at most 30.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flag_config: Vec<FlagRule>,
}

/// Something of a row that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = UiColumn)]
pub struct Column {
    /// Which key of the row, or a JSON pointer into it.
    pub key: String,
    /// What stands above it; the key when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// What a flag says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// It is wrong.
    Error,
    /// Look at it.
    Warning,
    /// It is right.
    Success,
    /// Good to know.
    Info,
    /// It is not over.
    Pending,
}

/// When a row, or one column of it, carries a flag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = UiFlagRule)]
pub struct FlagRule {
    /// Which flag.
    pub flag: Flag,
    /// The words beside its sign, 1 to 80 characters.
    pub label: String,
    /// The column where it stands; the end of the row when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// When: `field` is a key of the row, `data` a JSON pointer into it.
    pub when: Condition,
}
