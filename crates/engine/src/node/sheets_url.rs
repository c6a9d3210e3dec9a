//! `parse-google-sheets-url`: which spreadsheet, and which sheet of it, a link from the browser
//! means.

use serde_json::Value;

use super::logic::Done;
use super::url::Url;
use crate::expression::Problem;

const HOST: &str = "docs.google.com";

pub(super) fn problems(payload: &Value) -> Vec<Problem> {
    read(payload).err().into_iter().collect()
}

pub(super) fn parse_sheets_url(input: &Value) -> Result<Done, Problem> {
    let (spreadsheet, gid) = read(input)?;
    let sheet = gid.as_deref().and_then(|gid| gid.parse::<u64>().ok());
    Ok(Done::with([
        ("spreadsheetId", spreadsheet.into()),
        ("gid", gid.into()),
        ("sheetId", sheet.into()),
    ]))
}

fn read(payload: &Value) -> Result<(String, Option<String>), Problem> {
    let refused = |message: &str| Problem::new("/url", message);
    let url = Url::of(payload, "url")?;
    if !matches!(url.scheme.as_str(), "http" | "https") || url.host != HOST {
        return Err(refused("it must be a link to docs.google.com"));
    }
    let mut parts = url.path.split('/').skip(1);
    if parts.next() != Some("spreadsheets") {
        return Err(refused("it leads to no spreadsheet: copy the link of an open one"));
    }
    // Somebody with several accounts has `u/<number>` in between.
    let id = match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("d"), Some("e"), Some(_), _) => {
            return Err(refused(
                "a published link does not say which spreadsheet it shows: \
                                copy the one from the browser's address bar while editing",
            ));
        }
        (Some("d"), Some(id), _, _) | (Some("u"), Some(_), Some("d"), Some(id)) => id,
        _ => "",
    };
    let is_id =
        |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if id.is_empty() || !is_id(id) {
        return Err(refused("it has no spreadsheet's id after /spreadsheets/d/"));
    }
    let mut in_fragment = url.fragment.unwrap_or_default().split('&');
    let in_fragment = in_fragment.find_map(|pair| pair.strip_prefix("gid="));
    let in_query = url.query().map_err(|fault| Problem::new("/url", fault))?.remove("gid");
    let in_query = in_query.as_ref().map(|gid| gid.as_str().unwrap_or_default());
    // The fragment is what the browser shows, the query what the link was opened with.
    let gid = in_fragment.or(in_query).map(str::to_owned);
    match gid {
        Some(gid) if gid.is_empty() || !gid.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(refused("its gid is no number"))
        }
        gid => Ok((id.to_owned(), gid)),
    }
}
