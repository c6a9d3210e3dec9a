//! From a text to a statement that may be asked.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the trees are the parser's own: what is not listed is refused, and so is what is added"
)]

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Delete, Expr, FromTable, Ident, Insert, Query, SelectItem, SetExpr, Statement, TableFactor,
    TableWithJoins, Update, Visit,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use super::inspect::Inspector;

/// How many bytes a statement has at most.
pub const MAX_SQL: usize = 16 * 1024;
/// How many values it may be given.
pub const MAX_PARAMETERS: usize = 100;
/// How many words and signs it has at most: each may be a level of the tree that it becomes.
const MAX_TOKENS: usize = 4_000;
/// How deep parentheses and queries may be in one another.
const MAX_DEPTH: usize = 40;

/// How large a stack reading needs, in bytes: the longest statement is a tree of as many levels.
pub const STACK: usize = 64 * 1024 * 1024;

/// What a statement may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Read.
    Read,
    /// Read, or change rows.
    Write,
}

/// What is told of what it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The rows of a query.
    Rows,
    /// The rows that a change returns.
    Changed,
    /// How many rows were changed.
    Count,
}

/// A statement that may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// The statement as it was understood.
    pub sql: String,
    /// What is told of it.
    pub form: Form,
    /// Whether it inserts.
    pub inserts: bool,
    /// How many values it wants.
    pub parameters: usize,
}

/// Why a statement may not be asked, in words for its author.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

impl Refusal {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// Reads a statement on these tables. It takes a stack of up to [`STACK`].
pub fn admit(text: &str, tables: &BTreeSet<String>, mode: Mode) -> Result<Admitted, Refusal> {
    if text.len() > MAX_SQL {
        return Err(Refusal::new(format!("a statement has at most {MAX_SQL} bytes")));
    }
    let (tokens, parameters) = tokens(text)?;
    let mut statements = Parser::new(&PostgreSqlDialect {})
        .with_recursion_limit(MAX_DEPTH)
        .with_tokens_with_locations(tokens)
        .parse_statements()
        .map_err(|error| {
            Refusal::new(format!("this is no statement that is understood: {error}"))
        })?;
    let mut statement = match statements.len() {
        1 => statements.remove(0),
        0 => return Err(Refusal::new("there is no statement")),
        _ => return Err(Refusal::new("there is more than one statement: one is performed")),
    };
    let (form, inserts) = prepare(&mut statement, mode)?;
    let mut inspector = Inspector::new(tables);
    if let ControlFlow::Break(refusal) = statement.visit(&mut inspector) {
        return Err(*refusal);
    }
    Ok(Admitted { sql: statement.to_string(), form, inserts, parameters })
}

/// The words of a text, with `?` as `$1`, `$2` …, and how many values they ask for.
fn tokens(text: &str) -> Result<(Vec<TokenWithSpan>, usize), Refusal> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, text).tokenize_with_location();
    let mut tokens = tokens.map_err(|error| Refusal::new(error.to_string()))?;
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
    if tokens.len() > MAX_TOKENS {
        return Err(Refusal::new(format!("a statement has at most {MAX_TOKENS} words")));
    }
    let mut marks = 0;
    let mut named = BTreeSet::new();
    for token in &mut tokens {
        match &token.token {
            Token::Question => {
                marks += 1;
                token.token = Token::Placeholder(format!("${marks}"));
            }
            Token::Placeholder(name) => {
                let number = name.strip_prefix('$').and_then(|number| number.parse().ok());
                let number = number.filter(|number| (1..=MAX_PARAMETERS).contains(number));
                let number = number.ok_or_else(|| {
                    Refusal::new(format!("`{name}` is no parameter: write `?`, or `$1` to `$100`"))
                })?;
                named.insert(number);
            }
            _ => {}
        }
    }
    if marks > 0 && !named.is_empty() {
        return Err(Refusal::new("parameters are all written `?`, or all `$1`, not both"));
    }
    let parameters = marks.max(named.last().copied().unwrap_or(0));
    if parameters > MAX_PARAMETERS {
        return Err(Refusal::new(format!("a statement has at most {MAX_PARAMETERS} parameters")));
    }
    Ok((tokens, parameters))
}

/// What kind of statement it is; one that changes rows and returns none returns their ids.
fn prepare(statement: &mut Statement, mode: Mode) -> Result<(Form, bool), Refusal> {
    match statement {
        Statement::Query(query) => of_query(query, mode),
        other => of_change(other, mode),
    }
}

fn of_query(query: &mut Query, mode: Mode) -> Result<(Form, bool), Refusal> {
    match query.body.as_mut() {
        SetExpr::Insert(change) | SetExpr::Update(change) | SetExpr::Delete(change) => {
            of_change(change, mode)
        }
        _ => Ok((Form::Rows, false)),
    }
}

fn of_change(statement: &mut Statement, mode: Mode) -> Result<(Form, bool), Refusal> {
    let (returning, table, inserts) = match statement {
        Statement::Insert(insert) => {
            plain_insert(insert)?;
            (&mut insert.returning, None, true)
        }
        Statement::Update(update) => {
            plain_update(update)?;
            let table = owner(&update.table)?;
            (&mut update.returning, Some(table), false)
        }
        Statement::Delete(delete) => {
            plain_delete(delete)?;
            let FromTable::WithFromKeyword(tables) = &delete.from else {
                return Err(Refusal::new("write `delete from` a table"));
            };
            let [table] = tables.as_slice() else {
                return Err(Refusal::new("rows are deleted from one table"));
            };
            (&mut delete.returning, Some(owner(table)?), false)
        }
        _ => {
            return Err(Refusal::new(
                "only `select`, `insert`, `update` and `delete` are performed here",
            ));
        }
    };
    match mode {
        Mode::Read => Err(Refusal::new(
            "this reads only: a statement that changes rows wants the mode `write`",
        )),
        Mode::Write if returning.is_some() => Ok((Form::Changed, inserts)),
        Mode::Write => {
            let id = Ident::new("id");
            *returning = Some(vec![SelectItem::UnnamedExpr(match table {
                None => Expr::Identifier(id),
                Some(table) => Expr::CompoundIdentifier(vec![table, id]),
            })]);
            Ok((Form::Count, inserts))
        }
    }
}

/// What the table of a change is called in it.
fn owner(table: &TableWithJoins) -> Result<Ident, Refusal> {
    let wrong = || Refusal::new("rows of one table are changed, without joins before `set`");
    let TableFactor::Table { name, alias, .. } = &table.relation else { return Err(wrong()) };
    if !table.joins.is_empty() {
        return Err(wrong());
    }
    let alias = alias.as_ref().map(|alias| alias.name.clone());
    let name = name.0.last().and_then(|part| part.as_ident()).cloned();
    alias.or(name).ok_or_else(wrong)
}

fn plain_insert(insert: &Insert) -> Result<(), Refusal> {
    let plain = insert.or.is_none()
        && !insert.ignore
        && !insert.by_name
        && !insert.overwrite
        && !insert.replace_into
        && insert.assignments.is_empty()
        && insert.partitioned.is_none()
        && insert.after_columns.is_empty()
        && insert.overriding.is_none()
        && insert.output.is_none()
        && insert.priority.is_none()
        && insert.insert_alias.is_none()
        && insert.settings.is_none();
    if plain { Ok(()) } else { Err(Refusal::new("this form of `insert` is not known here")) }
}

fn plain_update(update: &Update) -> Result<(), Refusal> {
    let plain = update.or.is_none()
        && update.output.is_none()
        && update.on_cluster.is_none()
        && update.order_by.is_empty()
        && update.limit.is_none()
        && update.settings.is_none();
    if plain { Ok(()) } else { Err(Refusal::new("this form of `update` is not known here")) }
}

fn plain_delete(delete: &Delete) -> Result<(), Refusal> {
    let plain = delete.tables.is_empty()
        && delete.output.is_none()
        && delete.on_cluster.is_none()
        && delete.order_by.is_empty()
        && delete.limit.is_none()
        && delete.settings.is_none();
    if plain { Ok(()) } else { Err(Refusal::new("this form of `delete` is not known here")) }
}
