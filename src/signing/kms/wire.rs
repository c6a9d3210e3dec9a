//! What is said between the house and KMS, as its API of 2014-11-01 has it.

use serde::{Deserialize, Serialize};

/// For `CreateKey`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateKey<'a> {
    pub(super) key_spec: &'static str,
    pub(super) key_usage: &'static str,
    pub(super) description: &'a str,
    pub(super) tags: [Tag<'a>; 2],
}

/// What an operator finds keys by.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag<'a> {
    pub(super) tag_key: &'static str,
    pub(super) tag_value: &'a str,
}

/// What `CreateKey` and `DescribeKey` answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Described {
    pub(super) key_metadata: Metadata,
}

/// What KMS knows of a key.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Metadata {
    pub(super) key_id: String,
    /// `AWS_KMS` where nobody else has ever had it.
    #[serde(default)]
    pub(super) origin: String,
}

/// For `CreateAlias`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateAlias<'a> {
    pub(super) alias_name: &'a str,
    pub(super) target_key_id: &'a str,
}

/// What `CreateAlias` answers.
#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// For `DescribeKey` and `GetPublicKey`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Of<'a> {
    pub(super) key_id: &'a str,
}

/// What `GetPublicKey` answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Public {
    pub(super) key_spec: String,
    pub(super) key_usage: String,
    /// In base64.
    #[serde(rename = "PublicKey")]
    pub(super) der: String,
}

/// For `Sign`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Sign<'a> {
    pub(super) key_id: &'a str,
    /// The digest in base64.
    pub(super) message: String,
    pub(super) message_type: &'static str,
    pub(super) signing_algorithm: &'static str,
}

/// What `Sign` answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Signed {
    /// DER in base64.
    pub(super) signature: String,
}

/// What it answers when it does not.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Refusal {
    /// `NotFoundException`, perhaps behind a name and `#`.
    #[serde(rename = "__type")]
    pub(super) kind: String,
    #[serde(alias = "Message")]
    pub(super) message: String,
}
