//! Ids in the path.

use actix_web::web::PathConfig;

use crate::http::problem::{Code, Problem};

/// A segment that is not the id it stands for is a problem of its own.
pub fn config() -> PathConfig {
    PathConfig::default()
        .error_handler(|error, _| Problem::new(Code::InvalidPath).because(error).into())
}
