use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, Duration, UtcOffset};
use utoipa::{IntoParams, ToSchema};

use super::record::{self, DayRecord};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Params};
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::WorkflowId;
use crate::projections::usage::{Filter, Projector, Span};

/// How many days an answer holds at most: a quarter of a year.
const MAX_DAYS: i64 = 92;
/// How many days it holds when nothing is said.
const DAYS: i64 = 30;
const FORMAT: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// Which usage is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The first day (UTC), as `2026-11-01`; 29 days before the last when absent.
    from: Option<String>,
    /// The last day; today when absent. At most 92 days are answered.
    to: Option<String>,
    /// That of this workflow's runs.
    #[param(value_type = Option<String>)]
    workflow_id: Option<WorkflowId>,
    /// That of nodes of this type.
    node_type: Option<String>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// Usage, day by day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageByDay)]
pub struct Days {
    /// The days on which anything was used.
    items: Vec<DayRecord>,
}

/// What the organization used, day by day (UTC) and by node type.
#[utoipa::path(
    get,
    operation_id = "get_daily_usage",
    path = "/v1/usage/daily",
    tag = "usage",
    params(Wanted),
    responses(
        (status = 200, description = "The usage", body = Envelope<Days>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn daily(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Days>, Problem> {
    let Params(Wanted { from, to, workflow_id, node_type, min_position }) = query;
    let today = api.clock.now().to_offset(UtcOffset::UTC).date();
    let span = span(from.as_deref(), to.as_deref(), today)?;
    api.view_at(Projector::NAME, min_position).await?;
    let filter = Filter { span, workflow: workflow_id, node_type: node_type.as_deref() };
    let found = api.usage().days(who.organization, filter).await?;
    Ok(Answer::ok(Days { items: record::by_day(found.value) }).at(found.position))
}

fn span(from: Option<&str>, to: Option<&str>, today: Date) -> Result<Span, Problem> {
    let last = to.map_or(Ok(today), |text| day("to", text))?;
    let before = || last.checked_sub(Duration::days(DAYS - 1)).unwrap_or(Date::MIN);
    let first = from.map_or_else(|| Ok(before()), |text| day("from", text))?;
    let days = (last - first).whole_days() + 1;
    if (1..=MAX_DAYS).contains(&days) {
        Ok(Span { first, last })
    } else {
        let message = format_args!("must be 1 to {MAX_DAYS} days up to `to`, not {days}");
        Err(Problem::new(Code::InvalidQuery).at("from", message))
    }
}

fn day(name: &str, text: &str) -> Result<Date, Problem> {
    let wrong = || Problem::new(Code::InvalidQuery).at(name, "must be a day, as `2026-11-01`");
    let day = Date::parse(text, FORMAT).map_err(|_| wrong())?;
    // PostgreSQL has no year 0.
    if day.year() < 1 { Err(wrong()) } else { Ok(day) }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_month_up_to_today_is_answered_when_nothing_is_said() {
        let found = span(None, None, date!(2026 - 11 - 30)).unwrap();
        assert_eq!((found.first, found.last), (date!(2026 - 11 - 01), date!(2026 - 11 - 30)));
    }

    #[test]
    fn at_most_a_quarter_is_answered() {
        let today = date!(2026 - 11 - 30);
        assert!(span(Some("2026-08-31"), None, today).is_ok());
        for (from, to) in [
            (Some("2026-08-30"), None),
            (Some("2026-12-01"), None),
            (Some("yesterday"), None),
            (None, Some("0000-01-01")),
            (None, Some("2026-02-30")),
        ] {
            assert!(span(from, to, today).is_err(), "{from:?} {to:?}");
        }
    }
}
