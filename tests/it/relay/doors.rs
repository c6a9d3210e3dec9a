//! Who is let in by the servers.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use chainkeel::relay::{Error, Ledger, Stream, Target};

use crate::support::nats::Nats;

/// A file that only its owner reads.
fn private(place: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let file = place.join(name);
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    file
}

#[actix::test]
async fn the_relay_proves_who_it_is_by_a_file() {
    let place = tempfile::tempdir().unwrap();
    let ledger = Ledger::of(&[5; 32]);
    let nats = Nats::with("authorization { users: [ { user: relay, password: \"a:long one\" } ] }");
    let by = |file: Option<std::path::PathBuf>| Target { credentials: file, ..nats.target() };
    let reach = async |target: Target| Stream::reach(&target, &ledger).await.map(drop);

    // what is right opens
    let right = private(place.path(), "right", "relay:a:long one\n");
    reach(by(Some(right.clone()))).await.unwrap();

    // what is not does not, and says why
    let refused = reach(by(None)).await.unwrap_err();
    assert!(matches!(refused, Error::Away { .. }), "{refused}");
    let wrong = private(place.path(), "wrong", "relay:another");
    let refused = reach(by(Some(wrong))).await.unwrap_err().in_words();
    assert!(refused.contains("authorization violation"), "{refused}");
    assert!(!refused.contains("another"), "{refused}");
    fs::set_permissions(&right, Permissions::from_mode(0o644)).unwrap();
    let refused = reach(by(Some(right))).await.unwrap_err().in_words();
    assert!(refused.contains("everybody may read it"), "{refused}");
    let missing = place.path().join("missing");
    let refused = reach(by(Some(missing))).await.unwrap_err().in_words();
    assert!(refused.contains("missing") && refused.contains("relay.credentials_file"), "{refused}");
}

#[actix::test]
async fn a_token_opens_as_well() {
    let place = tempfile::tempdir().unwrap();
    let nats = Nats::with("authorization { token: \"a-token-of-the-tests\" }");
    let token = private(place.path(), "token", "a-token-of-the-tests");
    let target = Target { credentials: Some(token), ..nats.target() };
    let stream = Stream::reach(&target, &Ledger::of(&[5; 32])).await.unwrap();
    stream.settle(&target).await.unwrap();
}

#[actix::test]
async fn servers_without_jetstream_and_servers_that_are_away_are_told_apart() {
    let ledger = Ledger::of(&[5; 32]);
    let mut nats = Nats::start();
    let target = nats.target();
    let stream = Stream::reach(&target, &ledger).await.unwrap();
    nats.kill();
    stream.lost().await;
    let away = Stream::reach(&target, &ledger).await.map(drop).unwrap_err();
    assert!(away.in_words().contains(&nats.url()), "{}", away.in_words());
    assert!(!away.wants_a_person());
}
