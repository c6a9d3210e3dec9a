//! `http-request`: calls a URL and takes the answer.

mod exact;
mod failure;
mod request;
mod response;
#[cfg(test)]
mod tests;

pub(super) use request::HttpRequest;
