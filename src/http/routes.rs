//! The whole API as one table, a line an endpoint.
use actix_web::http::Method;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Who sends `Authorization: Bearer <key>`.
    Bearer,
    /// Who sends a key, or the workflow's secret as `?secret=`.
    BearerOrSecret,
}

/// Who may use the route with this method and pattern.
pub fn access(_method: &Method, _pattern: &str) -> Access {
    Access::Bearer
}
