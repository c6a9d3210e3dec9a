//! Whether credentials are good: one small request of the provider's own choosing.

use std::time::Duration;

use serde_json::Value;

use super::{Credentials, Desk, Error, Probe, Withheld};
use crate::aggregates::connector::{Check, Status};
use crate::egress::{HeaderMap, HeaderValue, Method, Redirects, Request, Response, header};
use crate::primitives::{ConnectorId, OrganizationId};

/// How long a test may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How much of an answer is read.
const MAX_ANSWER: usize = 64 * 1024;

impl Desk {
    /// Tries a connector, and says how it stands. Its provider being away is a finding, too.
    pub async fn test(
        &self,
        organization: OrganizationId,
        id: ConnectorId,
    ) -> Result<Check, Error> {
        let credentials = match self.open(organization, id).await {
            Ok(credentials) => credentials,
            Err(Error::Expired { reason, .. }) => {
                return Ok(Check { status: Status::Expired, reason: Some(reason) });
            }
            Err(Error::NotRenewed { reason, .. }) => return Ok(failing(reason)),
            Err(error) => return Err(error),
        };
        let mask = credentials.mask();
        let Some(probe) = &credentials.kind.probe else {
            return Err(Error::Untestable("connectors of this type cannot be tested".to_owned()));
        };
        let request = request(&credentials, probe)?;
        let check = match self.egress.send(request).await {
            Ok(response) => judge(probe, &response),
            Err(error) => failing(error.to_string()),
        };
        let reason = check.reason.map(|reason| mask.text(&reason).into_owned());
        Ok(Check { reason, ..check })
    }
}

fn request(credentials: &Credentials, probe: &Probe) -> Result<Request, Error> {
    let url = credentials.filled(&probe.url).map_err(|missing| match missing {
        Withheld::Field { field, .. } => {
            Error::Untestable(format!("without a `{field}` in its data it cannot be tested"))
        }
        Withheld::Host { .. } | Withheld::Url(_) | Withheld::Inbound { .. } => {
            Error::Untestable(missing.to_string())
        }
    })?;
    let method = Method::from_bytes(probe.method.as_bytes());
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if probe.body.is_some() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let mut request = Request {
        method: method.map_err(|error| Error::Untestable(error.to_string()))?,
        url: url.to_string(),
        headers,
        body: probe.body.as_ref().map(Value::to_string).unwrap_or_default().into(),
        timeout: TIMEOUT,
        max_response_bytes: MAX_ANSWER,
        redirects: Redirects::Return,
    };
    credentials
        .put_into(&mut request)
        .map_err(|withheld| Error::Untestable(withheld.to_string()))?;
    Ok(request)
}

/// What an answer says of the credentials. Nothing of its text is told: it may hold them.
fn judge(probe: &Probe, response: &Response) -> Check {
    let status = response.status.as_u16();
    let name = response.status.canonical_reason().unwrap_or("an unnamed status");
    let expected =
        if probe.expect.is_empty() { status < 400 } else { probe.expect.contains(&status) };
    if !expected {
        let what = match status {
            401 | 403 => "the provider refuses the credentials",
            429 => "the provider has had too many requests",
            300..=399 => "the provider redirects",
            500.. => "the provider has a fault",
            _ => "the provider answered otherwise than it should",
        };
        return failing(format!("{what}: {status} ({name})"));
    }
    if probe.expect_json.is_empty() {
        return good();
    }
    let answer: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let holds = |(place, wanted): (&String, &Value)| answer.pointer(place) == Some(wanted);
    if probe.expect_json.iter().all(holds) {
        good()
    } else {
        failing(format!("the provider refuses the credentials in its answer ({status})"))
    }
}

const fn good() -> Check {
    Check { status: Status::Connected, reason: None }
}

const fn failing(reason: String) -> Check {
    Check { status: Status::Failing, reason: Some(reason) }
}
