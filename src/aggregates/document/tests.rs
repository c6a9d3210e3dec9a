//! Given a document, when an order comes, then this event or this refusal.

use cqrs_es::Aggregate;
use time::macros::datetime;

use super::{Command, Content, Document, Error, MAX_TEXT, Order};
use crate::primitives::{DocumentId, OrganizationId};

fn content(text: &str) -> Content {
    Content { title: "Refunds".to_owned(), text: text.to_owned(), ..Content::default() }
}

fn decide(document: &Document, order: Order) -> Result<Option<super::Event>, Error> {
    let at = datetime!(2026-11-28 15:00 UTC);
    document.decide(Command { by: "ada".to_owned(), at, order })
}

fn add(content: Content) -> Order {
    Order::Add { id: DocumentId::generate(), organization: OrganizationId::DEFAULT, content }
}

fn given(orders: impl IntoIterator<Item = Order>) -> Document {
    let mut document = Document::default();
    for order in orders {
        let event = decide(&document, order).unwrap().unwrap();
        document.apply(event);
    }
    document
}

#[test]
fn a_document_is_revised_at_the_version_that_was_read_until_it_is_removed() {
    let revise = |text, expected| Order::Revise { content: content(text), expected };
    let document = given([add(content("one")), revise("two", Some(1))]);
    assert_eq!((document.version, document.content.clone()), (2, Some(content("two"))));
    let conflict = Err(Error::Conflict { expected: 1, actual: 2 });
    assert_eq!(decide(&document, revise("three", Some(1))), conflict);
    assert_eq!(decide(&document, revise("two", None)), Ok(None));
    let gone = given([add(content("one")), Order::Remove { expected: None }]);
    assert_eq!(decide(&gone, revise("two", None)), Err(Error::Unknown));
    assert_eq!(decide(&gone, add(content("again"))), Err(Error::Exists));
}

#[test]
fn what_cannot_be_kept_is_refused() {
    let none = Document::default();
    let refused = |change: fn(&mut Content)| {
        let mut content = content("text");
        change(&mut content);
        decide(&none, add(content)).unwrap_err()
    };
    assert_eq!(refused(|it| it.title = " ".to_owned()), Error::Title);
    assert_eq!(refused(|it| it.title = "a\nb".to_owned()), Error::Title);
    assert_eq!(refused(|it| it.text = "x".repeat(MAX_TEXT + 1)), Error::Text);
    assert_eq!(refused(|it| it.text = "\0".to_owned()), Error::Text);
    assert_eq!(refused(|it| it.tags = (0..21).map(|n| n.to_string()).collect()), Error::Tags);
    assert_eq!(refused(|it| it.source = Some(String::new())), Error::Source);
}
