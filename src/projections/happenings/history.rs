//! Which events there were, and how many are still to be delivered.

use engine::EventPattern;
use time::OffsetDateTime;

use super::Projector;
use crate::primitives::OrganizationId;
use crate::projections::Error;
use crate::projections::error::while_doing;
use crate::projections::page::{Page, Paging};
use crate::projections::positions::Positions;
use crate::projections::views::Views;

/// An event as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Its position on the ledger.
    pub position: i64,
    /// Its id: `evt_…` of what was published, `run_…#n` of what a run emitted.
    pub event_id: String,
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub source: Option<String>,
    /// What kind of source that is.
    pub source_type: String,
    /// What all that belongs together shares.
    pub correlation_id: Option<String>,
    /// When it happened, in the words of its sender.
    pub occurred_at: OffsetDateTime,
    /// When it was published.
    pub at: OffsetDateTime,
}

/// Which events are wanted: all that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those whose name matches.
    pub pattern: Option<EventPattern>,
    /// Those of this source.
    pub source: Option<String>,
    /// Those of this kind of source.
    pub source_type: Option<&'static str>,
    /// Those of this story.
    pub correlation_id: Option<String>,
    /// Those that were published from this instant on.
    pub since: Option<OffsetDateTime>,
    /// Those that were published before this instant.
    pub until: Option<OffsetDateTime>,
}

/// The questions to the view of events. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Happenings {
    views: Views,
    positions: Positions,
}

impl Happenings {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The events of an organization, the latest first.
    pub async fn list(
        &self,
        organization: OrganizationId,
        filter: &Filter,
        paging: &Paging,
    ) -> Result<Page<Happened>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let before = paging.before()?;
        let exact = filter.pattern.as_ref().filter(|pattern| pattern.is_exact());
        let wild = filter.pattern.as_ref().filter(|pattern| !pattern.is_exact());
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            Happened,
            r#"select position as "position!", event_id as "event_id!", name as "name!", source,
                      source_type as "source_type!", correlation_id,
                      occurred_at as "occurred_at!", at as "at!"
                 from view_happenings
                where organization_id = $1
                  and ($2::text is null or name = $2) and ($3::text is null or name ~ $3)
                  and ($4::text is null or source = $4)
                  and ($5::text is null or source_type = $5)
                  and ($6::text is null or correlation_id = $6)
                  and ($7::timestamptz is null or at >= $7)
                  and ($8::timestamptz is null or at < $8)
                  and ($9::bigint is null or position < $9)
                order by position desc limit $10 offset $11"#,
            organization.to_string(),
            exact.map(EventPattern::as_str),
            wild.map(expression),
            filter.source,
            filter.source_type,
            filter.correlation_id,
            filter.since,
            filter.until,
            before,
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing events"))?;
        Ok(Page::of(items, paging, position, |event| event.position.to_string()))
    }

    /// How many events of an organization stand behind a position of the ledger; beyond `limit` it
    /// is not counted.
    pub async fn behind(
        &self,
        organization: OrganizationId,
        position: i64,
        limit: i64,
    ) -> Result<i64, Error> {
        let mut reader = self.views.of(organization).await?;
        sqlx::query_scalar!(
            r#"select count(*) as "count!" from (
                 select from view_happenings
                  where organization_id = $1 and position > $2 limit $3) behind"#,
            organization.to_string(),
            position,
            limit,
        )
        .fetch_one(reader.rows())
        .await
        .map_err(while_doing("counting events that are not delivered"))
    }
}

/// The pattern as the database takes it: a star is one word or more.
fn expression(pattern: &EventPattern) -> String {
    let words = pattern.as_str().split('.');
    let words: Vec<&str> = words.map(|word| if word == "*" { ".+" } else { word }).collect();
    format!("^{}$", words.join("[.]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_one_word_or_more() {
        let of = |text| expression(&EventPattern::read(text).expect("a pattern"));
        assert_eq!(of("order.*.paid"), "^order[.].+[.]paid$");
        assert_eq!(of("*"), "^.+$");
    }
}
