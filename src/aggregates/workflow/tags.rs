//! What a workflow is found by.

use super::error::Error;

/// How many tags a workflow may have: more than that, and nobody finds by them.
const MAX_TAGS: usize = 20;
/// How long a tag may be.
const MAX_TAG: usize = 50;

/// The tags, each once and in the order in which they were given.
pub(super) fn accept_tags(tags: Vec<String>) -> Result<Vec<String>, Error> {
    let mut accepted: Vec<String> = Vec::new();
    for tag in tags {
        let letters = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.:/".contains(&byte)
        };
        if !(1..=MAX_TAG).contains(&tag.len()) || !tag.bytes().all(letters) {
            return Err(Error::Tag { max: MAX_TAG });
        }
        if !accepted.contains(&tag) {
            accepted.push(tag);
        }
    }
    if accepted.len() > MAX_TAGS {
        return Err(Error::Tags { max: MAX_TAGS, actual: accepted.len() });
    }
    Ok(accepted)
}
