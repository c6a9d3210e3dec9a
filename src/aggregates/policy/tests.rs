use cqrs_es::test::TestFramework;
use time::OffsetDateTime;
use time::macros::datetime;

use super::{Command, Event, Order, Policy};

const AT: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);

fn ada(order: Order) -> Command {
    Command { by: "ada".into(), at: AT, order }
}

#[test]
fn what_holds_already_is_not_decided_again() {
    let required = Event::ReviewRequired { by: "ada".into(), at: AT };
    let waived = Event::ReviewWaived { by: "ada".into(), at: AT };
    let given = |events| TestFramework::<Policy>::with(()).given(events);
    given(vec![]).when(ada(Order::WaiveReview)).then_expect_events(vec![]);
    given(vec![]).when(ada(Order::RequireReview)).then_expect_events(vec![required.clone()]);
    given(vec![required.clone()]).when(ada(Order::RequireReview)).then_expect_events(vec![]);
    given(vec![required]).when(ada(Order::WaiveReview)).then_expect_events(vec![waived]);
}
