//! The nodes that make a result of their payload and know nothing else: a file and a line each.

use serde_json::Value;

use super::extreme::{self, Extreme};
use super::logic::Done;
use super::{regex, sheets_url, url, wei};
use crate::expression::Problem;

/// A type of such nodes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plain {
    pub(super) name: &'static str,
    /// What is wrong with an authored payload; about a field that holds an expression it may say
    /// what it likes.
    pub(super) problems: fn(&Value) -> Vec<Problem>,
    /// The result of a payload whose expressions have their values.
    pub(super) execute: fn(&Value) -> Result<Done, Problem>,
}

/// All of them. A new one is a new file and its line here.
pub(super) const PLAIN: [Plain; 7] = [
    Plain { name: "regex", problems: regex::problems, execute: regex::search_text },
    Plain { name: "convert-to-wei", problems: wei::problems_to, execute: wei::to_wei },
    Plain { name: "convert-from-wei", problems: wei::problems_from, execute: wei::from_wei },
    Plain {
        name: "list-min",
        problems: extreme::problems,
        execute: |input| extreme::find(Extreme::Least, input),
    },
    Plain {
        name: "list-max",
        problems: extreme::problems,
        execute: |input| extreme::find(Extreme::Greatest, input),
    },
    Plain { name: "parse-url", problems: url::problems, execute: url::parse_url },
    Plain {
        name: "parse-google-sheets-url",
        problems: sheets_url::problems,
        execute: sheets_url::parse_sheets_url,
    },
];

impl PartialEq for Plain {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Plain {}
