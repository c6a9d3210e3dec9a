//! The workflows that a seeded organization has: what starts them, what they do, what they are given.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::Trigger;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::chance::Chance;
use super::people::{CHAINS, CURRENCIES, PEOPLE};

/// How long a person has for a task: 21 days.
const DEADLINE_MS: u64 = 21 * 24 * 60 * 60 * 1_000;
/// How long a run waits for a signal: a week.
const SIGNAL_MS: u64 = 7 * 24 * 60 * 60 * 1_000;
/// Above this a payment needs a person.
const LIMIT: i64 = 1_000;

/// What a workflow is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A delivery is booked elsewhere.
    Invoice,
    /// A schedule looks at a balance, and says so when it is low.
    Watch,
    /// An event is led to whom it concerns.
    Routing,
    /// Large payments need a person.
    Payment,
    /// Something is looked at again after two hours.
    Settlement,
    /// Everybody of a list is paid.
    Payroll,
    /// A signal is waited for.
    Shipping,
}

impl Shape {
    /// Of twenty workflows, what each is made for.
    pub(super) const ROUND: [Self; 20] = [
        Self::Invoice,
        Self::Payment,
        Self::Watch,
        Self::Routing,
        Self::Invoice,
        Self::Settlement,
        Self::Watch,
        Self::Payroll,
        Self::Routing,
        Self::Shipping,
        Self::Invoice,
        Self::Watch,
        Self::Routing,
        Self::Payment,
        Self::Invoice,
        Self::Settlement,
        Self::Watch,
        Self::Invoice,
        Self::Routing,
        Self::Payroll,
    ];

    /// Whether its runs wait for people.
    pub(super) const fn has_tasks(self) -> bool {
        matches!(self, Self::Payment)
    }

    /// Whether its runs rest somewhere, so that they can be cancelled there.
    pub(super) const fn rests(self) -> bool {
        matches!(self, Self::Payment | Self::Settlement | Self::Shipping)
    }

    /// Whether its runs ask others for something.
    pub(super) const fn calls(self) -> bool {
        matches!(self, Self::Invoice | Self::Watch | Self::Settlement | Self::Payment)
    }

    /// The type of its trigger.
    pub(super) const fn trigger(self) -> &'static str {
        match self {
            Self::Invoice | Self::Settlement => "webhook",
            Self::Watch => "schedule",
            Self::Routing => "event",
            Self::Payment | Self::Payroll | Self::Shipping => "manual",
        }
    }

    /// What such a workflow is called.
    pub(super) fn name(self, party: &str, chance: &mut Chance) -> String {
        match self {
            Self::Invoice => format!("Book invoices of {party}"),
            Self::Watch => format!("Watch the treasury of {party} on {}", chance.one(&CHAINS)),
            Self::Routing => format!("Route orders of {party}"),
            Self::Payment => format!("Approve payments to {party} above {LIMIT}"),
            Self::Settlement => format!("Confirm settlements with {party}"),
            Self::Payroll => format!("Pay the contractors of {party}"),
            Self::Shipping => format!("Release payments when {party} has shipped"),
        }
    }

    /// What such a workflow is for.
    pub(super) const fn purpose(self) -> &'static str {
        match self {
            Self::Invoice => {
                "Each invoice is booked in the ledger of the house, three tries at most."
            }
            Self::Watch => "Looks at the balance every morning, and says so when it is low.",
            Self::Routing => {
                "Refunds go to the bank, parcels to the carrier, everything else is noted."
            }
            Self::Payment => "Payments above the limit wait for a person of the treasury.",
            Self::Settlement => "Looks again two hours later whether a payment has settled.",
            Self::Payroll => "Notes each payment of a list, one after the other.",
            Self::Shipping => "Waits up to a week for the carrier's signal.",
        }
    }

    /// What it does, as an author writes it.
    pub(super) fn definition(self, party: &str) -> Value {
        let host = party.to_lowercase().replace(' ', "-");
        let retry = json!({ "maxAttempts": 3, "strategy": "exponential", "initialInterval": 500 });
        match self {
            Self::Invoice => json!({ "nodes": {
                "root": { "type": "webhook", "payload": {}, "children": ["book"] },
                "book": {
                    "type": "http-request",
                    "payload": {
                        "method": "POST",
                        "url": format!("https://books.{host}.example/entries"),
                        "body": { "invoice": "{{$trigger.body.invoice}}", "amount": "{{$trigger.body.amount}}" }
                    },
                    "retryPolicy": retry,
                    "children": ["told"]
                },
                "told": { "type": "log", "payload": { "message": "{{$trigger.body.invoice}} is entry {{book.result.body.entry}}" } }
            } }),
            Self::Watch => json!({ "nodes": {
                "root": { "type": "schedule", "payload": { "schedule": "0 7 * * *", "catchUp": "skip" }, "children": ["ask"] },
                "ask": {
                    "type": "http-request",
                    "payload": { "url": format!("https://treasury.{host}.example/balance") },
                    "retryPolicy": retry,
                    "children": ["low"]
                },
                "low": {
                    "type": "if",
                    "payload": { "condition": { "$and": [{ "{{ask.result.body.balance}}": { "$lt": 5_000 } }] } },
                    "children": ["warn", "fine"]
                },
                "warn": { "type": "log", "branch": "then", "payload": { "message": "only {{ask.result.body.balance}} left" } },
                "fine": { "type": "log", "branch": "else", "payload": { "message": "enough: {{ask.result.body.balance}}" } }
            } }),
            Self::Routing => json!({ "nodes": {
                "root": { "type": "event", "payload": { "pattern": format!("{host}.order.*") }, "children": ["kind"] },
                "kind": {
                    "type": "switch",
                    "payload": {
                        "value": "{{$trigger.body.payload.kind}}",
                        "cases": [{ "equals": "refund", "branch": "refund" }, { "equals": "parcel", "branch": "parcel" }]
                    },
                    "children": ["refund", "parcel", "other"]
                },
                "refund": { "type": "log", "branch": "refund", "payload": { "message": "refund {{$trigger.body.payload.amount}} of {{$trigger.body.payload.order}}" } },
                "parcel": { "type": "log", "branch": "parcel", "payload": { "message": "{{$trigger.body.payload.order}} goes to the carrier" } },
                "other": { "type": "log", "branch": "default", "payload": { "message": "noted {{$trigger.body.payload.order}}" } }
            } }),
            Self::Payment => payment(&host, &retry),
            Self::Settlement => json!({ "nodes": {
                "root": { "type": "webhook", "payload": {}, "children": ["settle"] },
                "settle": { "type": "delay", "payload": { "duration": "2h", "reason": "let the payment settle" }, "children": ["look"] },
                "look": {
                    "type": "http-request",
                    "payload": { "url": format!("https://bank.{host}.example/payments"), "query": { "id": "{{$trigger.body.payment}}" } },
                    "retryPolicy": retry,
                    "children": ["told"]
                },
                "told": { "type": "log", "payload": { "message": "{{$trigger.body.payment}}: {{look.result.body.state}}" } }
            } }),
            Self::Payroll => json!({ "nodes": {
                "root": { "type": "manual", "payload": {}, "children": ["each"] },
                "each": {
                    "type": "for-each",
                    "payload": { "array": "{{$trigger.body.recipients}}", "mode": "sequential" },
                    "loopBody": ["pay"],
                    "children": ["report"]
                },
                "pay": { "type": "log", "payload": { "message": "{{$item.amount}} to {{$item.name}}" } },
                "report": { "type": "log", "payload": { "message": "{{each.result.iterationCount}} paid" } }
            } }),
            Self::Shipping => json!({ "nodes": {
                "root": { "type": "manual", "payload": {}, "children": ["shipped"] },
                "shipped": {
                    "type": "wait",
                    "payload": { "timeoutMs": SIGNAL_MS, "triggerType": "signal", "triggerConfig": { "signal": "shipped" } },
                    "children": ["release", "lost"]
                },
                "release": { "type": "log", "branch": "resumed", "payload": { "message": "release {{$trigger.body.amount}} for {{$trigger.body.order}}" } },
                "lost": { "type": "fail", "branch": "timed_out", "payload": { "code": "never_shipped", "message": "{{$trigger.body.order}} was not shipped within a week" } }
            } }),
        }
    }

    /// What sets a run off at a moment.
    pub(super) fn begun(self, party: &str, at: OffsetDateTime, chance: &mut Chance) -> Trigger {
        let amount = chance.between(5, 2_400);
        let (currency, reference) = (chance.one(&CURRENCIES), chance.hex(8));
        let body = match self {
            Self::Invoice => json!({
                "invoice": format!("INV-{reference}"), "amount": amount, "currency": currency, "customer": party,
            }),
            Self::Watch => {
                let text = at.format(&Rfc3339).unwrap_or_default();
                json!({ "scheduledAt": text, "firedAt": text, "missed": 0 })
            }
            Self::Routing => {
                let kind = *chance.one(&["refund", "parcel", "parcel", "question"]);
                json!({
                    "event": format!("{}.order.{kind}", party.to_lowercase().replace(' ', "-")),
                    "payload": { "order": format!("ORD-{reference}"), "kind": kind, "amount": amount },
                    "source": "shop",
                    "eventId": format!("shop-{reference}"),
                })
            }
            Self::Payment => json!({
                "amount": amount, "currency": currency, "payee": party, "reference": format!("PO-{reference}"),
            }),
            Self::Settlement => {
                json!({ "payment": format!("PAY-{reference}"), "amount": amount, "currency": currency })
            }
            Self::Payroll => {
                let recipients = chance.between(2, 5);
                let one = |chance: &mut Chance| json!({ "name": chance.one(&PEOPLE), "amount": chance.between(300, 9_000) });
                json!({ "month": at.month().to_string(), "recipients": (0..recipients).map(|_| one(chance)).collect::<Vec<_>>() })
            }
            Self::Shipping => {
                json!({ "order": format!("ORD-{reference}"), "amount": amount, "currency": currency })
            }
        };
        let kind = self.trigger();
        let source = match self {
            Self::Routing => format!("event:{}", body["event"].as_str().unwrap_or_default()),
            Self::Invoice
            | Self::Watch
            | Self::Payment
            | Self::Settlement
            | Self::Payroll
            | Self::Shipping => kind.to_owned(),
        };
        let headers = match kind {
            "webhook" => BTreeMap::from([
                ("content-type".to_owned(), "application/json".to_owned()),
                ("user-agent".to_owned(), "shop/2.1".to_owned()),
            ]),
            _ => BTreeMap::new(),
        };
        Trigger { kind: kind.to_owned(), source, body: Arc::new(body), headers }
    }
}

fn payment(host: &str, retry: &Value) -> Value {
    json!({
        "props": { "limit": LIMIT },
        "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["large"] },
            "large": {
                "type": "if",
                "payload": { "condition": { "$and": [{ "{{$trigger.body.amount}}": { "$gt": "{{$props.limit}}" } }] } },
                "children": ["approval", "small"]
            },
            "small": { "type": "log", "branch": "else", "payload": { "message": "paid {{$trigger.body.reference}} at once" } },
            "approval": {
                "type": "manual-task",
                "branch": "then",
                "payload": {
                    "title": "Pay {{$trigger.body.amount}} {{$trigger.body.currency}} to {{$trigger.body.payee}}?",
                    "description": "{{$trigger.body.reference}} is above the limit of {{$props.limit}}.",
                    "queue": "treasury",
                    "priority": "HIGH",
                    "data": { "amount": "{{$trigger.body.amount}}", "reference": "{{$trigger.body.reference}}" },
                    "deadlineMs": DEADLINE_MS,
                    "form": {
                        "type": "object",
                        "required": ["approved"],
                        "properties": {
                            "approved": { "type": "boolean", "title": "Pay it" },
                            "note": { "type": "string", "title": "A note for the books" }
                        }
                    }
                },
                "children": ["pay", "refused", "late"]
            },
            "pay": {
                "type": "http-request",
                "branch": "completed",
                "payload": { "method": "POST", "url": format!("https://bank.{host}.example/payments"), "body": { "reference": "{{$trigger.body.reference}}" } },
                "retryPolicy": retry
            },
            "refused": { "type": "fail", "branch": "rejected", "payload": { "code": "payment_refused", "message": "{{approval.result.completedBy}} refused it: {{approval.result.reason}}" } },
            "late": { "type": "fail", "branch": "timed_out", "payload": { "code": "approval_expired", "message": "nobody decided in time" } }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triggers::Contracts;

    #[test]
    fn every_shape_can_be_published() {
        for shape in Shape::ROUND {
            let definition = engine::parse(&shape.definition("Acme Shipping")).unwrap();
            let problems = engine::validate(&definition, &Contracts::builtin());
            assert!(problems.is_empty(), "{shape:?}: {problems:#?}");
        }
    }
}
