//! What is said between the house and Turnkey, as its public API has it.

use serde::{Deserialize, Serialize, Serializer};

/// An order. Two that are the same text are the same activity.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Submission<'a, P> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    /// Milliseconds since 1970, in digits.
    pub(super) timestamp_ms: String,
    pub(super) organization_id: &'a str,
    pub(super) parameters: P,
}

/// Of `ACTIVITY_TYPE_CREATE_SUB_ORGANIZATION_V7`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateSubOrganization<'a> {
    pub(super) sub_organization_name: &'a str,
    pub(super) root_users: [RootUser<'a>; 1],
    pub(super) root_quorum_threshold: u32,
    // Nobody comes in by a letter to somebody.
    pub(super) disable_email_recovery: Yes,
    pub(super) disable_email_auth: Yes,
    pub(super) disable_sms_auth: Yes,
    pub(super) disable_otp_email_auth: Yes,
}

/// What is always so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Yes;

impl Serialize for Yes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

/// Somebody who may do everything in a sub-organization: this house.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RootUser<'a> {
    pub(super) user_name: &'a str,
    pub(super) api_keys: [ApiKeyOfUser<'a>; 1],
    pub(super) authenticators: [(); 0],
    pub(super) oauth_providers: [(); 0],
}

/// The API key of a user.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApiKeyOfUser<'a> {
    pub(super) api_key_name: &'a str,
    pub(super) public_key: &'a str,
    pub(super) curve_type: &'static str,
}

/// Of `ACTIVITY_TYPE_CREATE_PRIVATE_KEYS_V2`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreatePrivateKeys<'a> {
    pub(super) private_keys: [NewKey<'a>; 1],
}

/// A private key that is to be made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewKey<'a> {
    pub(super) private_key_name: &'a str,
    pub(super) curve: &'static str,
    pub(super) private_key_tags: [(); 0],
    pub(super) address_formats: [&'static str; 1],
}

/// Of `ACTIVITY_TYPE_SIGN_TRANSACTION_V2`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignTransaction<'a> {
    pub(super) sign_with: &'a str,
    /// In hexadecimal, without `0x`.
    pub(super) unsigned_transaction: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

/// Of `ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2`, for documents.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignRawPayload<'a> {
    pub(super) sign_with: &'a str,
    /// The document.
    pub(super) payload: String,
    pub(super) encoding: &'static str,
    pub(super) hash_function: &'static str,
}

/// What every submission, and `get_activity`, are answered with.
#[derive(Debug, Deserialize)]
pub(super) struct ActivityAnswer {
    pub(super) activity: Activity,
}

/// An activity.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Activity {
    pub(super) id: String,
    pub(super) organization_id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) status: Status,
    #[serde(default)]
    pub(super) result: Option<Results>,
    #[serde(default)]
    pub(super) failure: Option<Failure>,
}

/// How far an activity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Status {
    #[serde(rename = "ACTIVITY_STATUS_CREATED")]
    Created,
    #[serde(rename = "ACTIVITY_STATUS_PENDING")]
    Pending,
    #[serde(rename = "ACTIVITY_STATUS_COMPLETED")]
    Completed,
    #[serde(rename = "ACTIVITY_STATUS_FAILED")]
    Failed,
    #[serde(rename = "ACTIVITY_STATUS_CONSENSUS_NEEDED")]
    ConsensusNeeded,
    #[serde(rename = "ACTIVITY_STATUS_REJECTED")]
    Rejected,
    #[serde(rename = "ACTIVITY_STATUS_AUTHENTICATORS_NEEDED")]
    AuthenticatorsNeeded,
}

/// What came of an activity: one of these.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Results {
    pub(super) create_sub_organization_result_v7: Option<SubOrganizationMade>,
    pub(super) create_private_keys_result_v2: Option<KeysMade>,
    pub(super) sign_transaction_result: Option<TransactionSigned>,
    pub(super) sign_raw_payload_result: Option<PayloadSigned>,
}

/// A sub-organization was made.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SubOrganizationMade {
    pub(super) sub_organization_id: String,
}

/// Private keys were made. Which ones, is looked up.
#[derive(Debug, Deserialize)]
pub(super) struct KeysMade {}

/// A transaction was signed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TransactionSigned {
    /// In hexadecimal.
    pub(super) signed_transaction: String,
}

/// A document was signed. Its `v` is found anew.
#[derive(Debug, Deserialize)]
pub(super) struct PayloadSigned {
    /// In hexadecimal.
    pub(super) r: String,
    /// In hexadecimal.
    pub(super) s: String,
}

/// Why an activity failed, and why a request was refused.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Failure {
    pub(super) message: String,
}

/// For `get_activity`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetActivity<'a> {
    pub(super) organization_id: &'a str,
    pub(super) activity_id: &'a str,
}

/// For `list_suborgs`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListSubOrganizations<'a> {
    pub(super) organization_id: &'a str,
    pub(super) filter_type: &'static str,
    pub(super) filter_value: &'a str,
    pub(super) pagination_options: Page,
}

/// How much of a list.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    /// In digits, at most 100.
    pub(super) limit: &'static str,
}

/// What `list_suborgs` answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SubOrganizations {
    pub(super) organization_ids: Vec<String>,
}

/// For `whoami` and `list_private_keys`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Of<'a> {
    pub(super) organization_id: &'a str,
}

/// What `whoami` answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Who {
    pub(super) organization_id: String,
    pub(super) organization_name: String,
}

/// What `list_private_keys` answers: all of them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PrivateKeys {
    pub(super) private_keys: Vec<KeptKey>,
}

/// A private key that Turnkey keeps.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeptKey {
    pub(super) private_key_id: String,
    pub(super) private_key_name: String,
    /// A point in hexadecimal.
    pub(super) public_key: String,
    pub(super) curve: String,
    /// Somebody took it out.
    #[serde(default)]
    pub(super) exported: bool,
    /// Somebody brought it along.
    #[serde(default)]
    pub(super) imported: bool,
}
