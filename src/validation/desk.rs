//! A worker's desk: questions come in, answers go out.

use std::borrow::Cow;
use std::io;
use std::time::Instant;

use serde_json::Value;

use super::cache::Cache;
use super::check::{check, compile};
use super::question::{Answer, Question, Rigour};
use super::validators::TRADE;
use crate::confined;
use crate::schemas::{Unusable, compare};

/// Does what a worker does all its life.
///
/// # Errors
/// When its rights cannot be given away, or its pipes break.
pub fn serve() -> io::Result<()> {
    let mut desk = Desk::default();
    confined::serve(&TRADE, move |question: Question<'static>| desk.answer(question))
}

/// What a worker remembers from one question to the next.
#[derive(Debug, Default)]
pub(super) struct Desk {
    cache: Cache,
}

impl Desk {
    pub(super) fn answer(&mut self, question: Question<'_>) -> Answer {
        let answered = match question {
            Question::Compile { bundle } => read(&bundle)
                .and_then(|bundle| compile(bundle, Rigour::Usual))
                .map(|_| Answer::Compiled),
            Question::Check { key, bundle, data, options } => {
                let (key, bytes) = ((Cow::into_owned(key), options.rigour), bundle.len());
                let make = || read(&bundle).and_then(|bundle| compile(bundle, options.rigour));
                self.cache.ready(&key, bytes, Instant::now(), make).and_then(|ready| {
                    Ok(Answer::Checked(check(ready, read(data.get())?, options.types)))
                })
            }
            Question::Compare { old, new } => {
                read(&old).and_then(|old| Ok(Answer::Compared(compare(&old, &read(&new)?))))
            }
        };
        answered.unwrap_or_else(|Unusable { path, problem }| Answer::Unusable { path, problem })
    }
}

fn read(text: &str) -> Result<Value, Unusable> {
    serde_json::from_str(text).map_err(|error| Unusable::at("", error.to_string()))
}
