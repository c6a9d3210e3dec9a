//! `chainkeel ledger export`: the events of the organization in a file, whatever breaks on the way.

use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::command::Wanted;
use super::kept::{End, Kept, Line};
use crate::cli::client::{Client, Error, query, refused, unreachable};
use crate::cli::print::{line, print_json};
use crate::egress;

/// How often a connection that broke is taken up again without an event in between.
const RECONNECTS: u32 = 5;
/// How long it is waited before that.
const PAUSE: Duration = Duration::from_secs(1);
/// What the server says about where the export ends.
const POSITION: &str = "chainkeel-position";

/// With these a server that is there no more, not yet, or too busy says so, or what stands before it.
const AWAY: [u16; 4] = [429, 502, 503, 504];

/// Where an export goes.
struct Course {
    /// Where it ends; the server says so where nobody else did, and it stays so when it is taken up again.
    to: Option<i64>,
    /// Whether the server has answered: what is away afterwards may come back.
    has_answered: bool,
}

/// How one download ended.
enum Ended {
    /// With its last line.
    Whole(End),
    /// Nobody reads on.
    Unread,
    /// Before its last line.
    CutOff(Option<egress::Error>),
}

/// Takes the events along.
pub(super) async fn export(client: &Client, wanted: Wanted) -> Result<(), Error> {
    let mut kept = if wanted.resume {
        Kept::resumed(&wanted.out)?
    } else {
        Kept::new(&wanted.out, wanted.after.unwrap_or(0))
    };
    let is_file = wanted.out.as_os_str() != "-";
    let progress = Progress::new(is_file && !client.json, kept.after);
    let (mut course, mut tries) = (Course { to: wanted.to, has_answered: false }, 0);
    let end = loop {
        let before = kept.after;
        let ended = download(client, &wanted, &mut course, &mut kept, &progress).await;
        // Whatever happened, what came is there.
        kept.flush()?;
        let cause = match ended? {
            Ended::Whole(end) => break end,
            Ended::Unread => return Ok(()),
            Ended::CutOff(cause) => cause,
        };
        tries = if kept.after > before { 1 } else { tries + 1 };
        if tries > RECONNECTS {
            progress.done();
            return Err(cut_off(&wanted, &kept, cause));
        }
        tokio::time::sleep(PAUSE).await;
    };
    progress.done();
    let summary = json!({
        "file": wanted.out.display().to_string(), "events": end.events, "lastPosition": end.last_position,
        "to": end.to, "bytes": kept.bytes, "complete": true,
    });
    match (is_file, client.json) {
        (true, true) => print_json(&summary),
        (true, false) => line(&format!(
            "{} events up to position {} are in {}",
            end.events,
            end.to,
            wanted.out.display()
        )),
        // Its last line says it.
        (false, _) => {}
    }
    Ok(())
}

/// One download, from behind what was received on.
async fn download(
    client: &Client,
    wanted: &Wanted,
    course: &mut Course,
    kept: &mut Kept,
    progress: &Progress,
) -> Result<Ended, Error> {
    let query = query([
        ("after", Some(kept.after.to_string())),
        ("to", course.to.map(|to| to.to_string())),
        ("workflowId", wanted.workflow.clone()),
        ("runId", wanted.run.clone()),
        ("type", wanted.kinds.clone()),
    ]);
    let api = client.streams();
    let (status, headers, parts) = match api.open(&format!("/v1/ledger/export{query}")).await {
        Ok(opened) => opened,
        // A server that is away may come back; one that never was there is an error of the command.
        Err(error) if course.has_answered => return Ok(Ended::CutOff(Some(error))),
        Err(error) => return Err(unreachable(api.base().as_str(), error)),
    };
    if course.has_answered && AWAY.contains(&status.as_u16()) {
        return Ok(Ended::CutOff(None));
    }
    if !status.is_success() {
        return Err(refusal(client, parts).await?);
    }
    let said = headers.get(POSITION).and_then(|it| it.to_str().ok()?.parse().ok());
    let Some(end) = said else {
        return Err(Error::Stranger { url: api.base().to_string() });
    };
    *course = Course { to: Some(end), has_answered: true };
    progress.ends_at(end);
    take(parts, kept, progress).await
}

/// Takes what comes, a line at a time.
async fn take(
    mut parts: impl Stream<Item = Result<Bytes, egress::Error>> + Unpin,
    kept: &mut Kept,
    progress: &Progress,
) -> Result<Ended, Error> {
    let (mut rest, mut received) = (Vec::new(), 0_u64);
    loop {
        let part = match parts.next().await {
            Some(Ok(part)) => part,
            Some(Err(error)) => return Ok(Ended::CutOff(Some(error))),
            None => return Ok(Ended::CutOff(None)),
        };
        for text in part.split_inclusive(|byte| *byte == b'\n') {
            rest.extend_from_slice(text);
            if !text.ends_with(b"\n") {
                continue;
            }
            let read = serde_json::from_slice::<Line>(&rest);
            match read.map_err(|source| Error::NotJson {
                what: "a line of the export".to_owned(),
                source,
            })? {
                Line { position: Some(position), .. } => {
                    if !kept.event(&rest, position)? {
                        return Ok(Ended::Unread);
                    }
                    received += 1;
                    progress.at(position, kept.events);
                }
                Line { complete: true, events: Some(events), to: Some(to), .. } => {
                    if events != received {
                        return Err(Error::Outcome(format!(
                            "the server says that it sent {events} events, and {received} came: export again"
                        )));
                    }
                    return kept.end(to).map(Ended::Whole);
                }
                Line { .. } => {
                    return Err(Error::Outcome(
                        "a line is neither an event nor the end: is the server newer than this program?".to_owned(),
                    ));
                }
            }
            rest.clear();
        }
    }
}

/// What the server refused.
async fn refusal(
    client: &Client,
    mut parts: impl Stream<Item = Result<Bytes, egress::Error>> + Unpin,
) -> Result<Error, Error> {
    let mut text = Vec::new();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|error| unreachable(client.streams().base().as_str(), error))?;
        text.extend_from_slice(&part);
    }
    Ok(refused(serde_json::from_slice(&text).unwrap_or_default()))
}

fn cut_off(wanted: &Wanted, kept: &Kept, cause: Option<egress::Error>) -> Error {
    let why = cause.map_or_else(String::new, |cause| format!(" ({cause})"));
    let on = if wanted.out.as_os_str() == "-" {
        format!("--after {}", kept.after)
    } else {
        "--resume".to_owned()
    };
    Error::Outcome(format!(
        "the export was cut off behind position {}{why}: the same command with {on} goes on",
        kept.after
    ))
}

/// How far it is, for a person who waits.
struct Progress {
    bar: ProgressBar,
    begin: i64,
}

impl Progress {
    fn new(is_shown: bool, begin: i64) -> Self {
        let bar = if is_shown { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let look = "{bar:30} {percent} %  {msg} events, {per_sec} positions, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(look) {
            bar.set_style(style);
        }
        Self { bar, begin }
    }

    fn ends_at(&self, to: i64) {
        self.bar.set_length(u64::try_from(to - self.begin).unwrap_or_default());
    }

    fn at(&self, position: i64, events: u64) {
        self.bar.set_position(u64::try_from(position - self.begin).unwrap_or_default());
        // Looked at ten times a second, and written for each event.
        if events.is_multiple_of(256) {
            self.bar.set_message(events.to_string());
        }
    }

    fn done(&self) {
        self.bar.finish_and_clear();
    }
}
