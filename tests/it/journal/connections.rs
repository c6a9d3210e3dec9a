//! A connection on which somebody began something and went away serves nobody else.

use std::time::Duration;

use chainkeel::journal::pool;
use chainkeel::journal::{Inbox, Reply};
use chainkeel::primitives::{CommandId, RunId};
use futures::FutureExt as _;

use crate::support::database;

#[actix::test]
async fn what_is_written_after_a_dropped_beginning_is_there_for_all_others() {
    // given pools of one connection each, which has been used
    let database = database().await;
    let [one, other] = [(), ()].map(|()| pool::serving(&database.options(), 1));
    let (writer, reader) = (Inbox::new(one.clone()), Inbox::new(other));
    let mut dropped = 0;
    for _ in 0..20 {
        writer.reply(CommandId::generate()).await.unwrap();
        while one.num_idle() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }

        // when a transaction is begun on it, and dropped before that is answered
        dropped += u32::from(one.begin().now_or_never().is_none());

        // then what the next one writes is there, also for others
        let command = CommandId::generate();
        writer.put(command, 7, RunId::generate(), "{}").await.unwrap();
        assert_eq!(reader.reply(command).await.unwrap(), Reply::Waiting);
    }
    assert!(dropped > 0, "all of them were answered at once");
}
