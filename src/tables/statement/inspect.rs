//! Looks at every part of a statement. What is not known to be harmless is refused.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the trees are the parser's own: what is not listed is refused, and so is what is added"
)]

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    AccessExpr, ArrayElemTypeDef, BinaryOperator, DataType, Expr, Function, FunctionArguments,
    Ident, ObjectName, ObjectNamePart, Query, Select, SelectFlavor, SelectItem,
    SelectItemQualifiedWildcardKind, SetExpr, Statement, TableFactor, Value, ValueWithSpan,
    Visitor,
};

use super::admit::Refusal;
use super::functions;

type Flow = ControlFlow<Box<Refusal>>;

/// How many characters a name has at most in PostgreSQL.
const MAX_NAME: usize = 63;

/// Walks a statement.
pub(super) struct Inspector<'a> {
    tables: &'a BTreeSet<String>,
    /// The names of `with` that were met so far.
    named: BTreeSet<String>,
    /// How many statements were entered: the outermost one was looked at before.
    statements: usize,
    /// How many queries were entered.
    queries: usize,
}

fn refuse(message: impl Into<String>) -> Flow {
    ControlFlow::Break(Box::new(Refusal::new(message)))
}

const ON: Flow = ControlFlow::Continue(());

impl<'a> Inspector<'a> {
    pub(super) const fn new(tables: &'a BTreeSet<String>) -> Self {
        Self { tables, named: BTreeSet::new(), statements: 0, queries: 0 }
    }
}

fn known_function(name: &ObjectName) -> Flow {
    match name.0.as_slice() {
        [ObjectNamePart::Identifier(part)] if functions::is_allowed(&folded(part)) => ON,
        _ => refuse(format!("`{name}` is no function that may be called here")),
    }
}

/// A name as PostgreSQL understands it.
fn folded(name: &Ident) -> String {
    if name.quote_style.is_some() { name.value.clone() } else { name.value.to_ascii_lowercase() }
}

impl Visitor for Inspector<'_> {
    type Break = Box<Refusal>;

    fn pre_visit_statement(&mut self, statement: &Statement) -> Flow {
        self.statements += 1;
        // A change within `with` is a second statement.
        let changes =
            matches!(statement, Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_));
        match (self.statements, statement) {
            (1, Statement::Query(_)) => ON,
            (1 | 2, _) if changes => ON,
            _ => refuse("only one `select`, `insert`, `update` or `delete` is performed"),
        }
    }

    fn pre_visit_query(&mut self, query: &Query) -> Flow {
        self.queries += 1;
        if !query.locks.is_empty() {
            return refuse("rows cannot be locked: leave `for update` and the like out");
        }
        let foreign = query.for_clause.is_some()
            || query.settings.is_some()
            || query.format_clause.is_some()
            || !query.pipe_operators.is_empty();
        if foreign {
            return refuse("this form of a query is not known here");
        }
        for table in query.with.iter().flat_map(|with| &with.cte_tables) {
            let name = folded(&table.alias.name);
            if name.starts_with("pg_") {
                return refuse(format!("`{name}` cannot be the name of a part"));
            }
            if table.from.is_some() {
                return refuse("this form of `with` is not known here");
            }
            self.named.insert(name);
        }
        body(&query.body, self.queries == 1)
    }

    fn pre_visit_select(&mut self, select: &Select) -> Flow {
        if select.into.is_some() {
            return refuse("`select into` makes a table: use the API for tables");
        }
        let foreign = select.top.is_some()
            || select.select_modifiers.is_some()
            || select.exclude.is_some()
            || !select.lateral_views.is_empty()
            || select.prewhere.is_some()
            || !select.connect_by.is_empty()
            || !select.cluster_by.is_empty()
            || !select.distribute_by.is_empty()
            || !select.sort_by.is_empty()
            || select.qualify.is_some()
            || select.value_table_mode.is_some()
            || !select.optimizer_hints.is_empty()
            || select.flavor != SelectFlavor::Standard;
        if foreign {
            return refuse("this form of `select` is not known here");
        }
        let odd = |item: &SelectItem| match item {
            SelectItem::UnnamedExpr(_)
            | SelectItem::ExprWithAlias { .. }
            | SelectItem::Wildcard(_)
            | SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(_), _) => {
                false
            }
            SelectItem::ExprWithAliases { .. }
            | SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::Expr(_), _) => true,
        };
        if select.projection.iter().any(odd) {
            return refuse("the list after `select` has columns, calculations and `*`");
        }
        ON
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> Flow {
        let [ObjectNamePart::Identifier(part)] = relation.0.as_slice() else {
            return refuse(format!(
                "`{relation}`: tables are named without a schema; there are those of your organization"
            ));
        };
        let name = folded(part);
        let known = self.tables.contains(&name) || self.named.contains(&name);
        if known && !name.starts_with("pg_") {
            ON
        } else {
            refuse(format!("there is no table `{name}`"))
        }
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> Flow {
        match factor {
            TableFactor::Table { name, args: Some(_), .. } => refuse(format!(
                "`{name}` is no function that may stand for a table: `unnest` and `jsonb_array_elements` may, in the list after `select`"
            )),
            TableFactor::Table {
                with_hints,
                version,
                partitions,
                json_path,
                sample,
                index_directives,
                ..
            } => {
                let plain = with_hints.is_empty()
                    && version.is_none()
                    && partitions.is_empty()
                    && json_path.is_none()
                    && sample.is_none()
                    && index_directives.is_empty();
                if plain { ON } else { refuse("this way to name a table is not known here") }
            }
            TableFactor::Derived { sample: None, .. }
            | TableFactor::NestedJoin { .. }
            | TableFactor::UNNEST { with_offset: false, .. } => ON,
            _ => refuse("this kind of table is not known here"),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> Flow {
        match expr {
            Expr::Function(function) => {
                plain(function)?;
                known_function(&function.name)
            }
            Expr::Identifier(name)
                if name.quote_style.is_none() && functions::asks_for_the_session(&folded(name)) =>
            {
                refuse(format!("`{name}` asks for the session, and there is none"))
            }
            Expr::CompoundIdentifier(parts) if parts.len() > 2 => {
                refuse("a column is named `column` or `table.column`")
            }
            Expr::Cast { data_type, format: None, .. } => known_type(data_type),
            Expr::TypedString(typed) => known_type(&typed.data_type),
            Expr::CompoundFieldAccess { access_chain, .. } => {
                let dot = |access: &AccessExpr| matches!(access, AccessExpr::Dot(_));
                if access_chain.iter().any(dot) {
                    return refuse("a part of a value is reached with `->` or `[…]`, not with `.`");
                }
                ON
            }
            Expr::BinaryOp { op, .. } => known_operator(op),
            Expr::AnyOp { compare_op, .. } | Expr::AllOp { compare_op, .. } => {
                known_operator(compare_op)
            }
            Expr::Identifier(_)
            | Expr::CompoundIdentifier(_)
            | Expr::IsFalse(_)
            | Expr::IsNotFalse(_)
            | Expr::IsTrue(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::IsUnknown(_)
            | Expr::IsNotUnknown(_)
            | Expr::IsDistinctFrom(..)
            | Expr::IsNotDistinctFrom(..)
            | Expr::In { .. }
            | Expr::Between { .. }
            | Expr::Like { .. }
            | Expr::ILike { .. }
            | Expr::UnaryOp { .. }
            | Expr::AtTimeZone { .. }
            | Expr::Extract { .. }
            | Expr::Ceil { .. }
            | Expr::Floor { .. }
            | Expr::Position { .. }
            | Expr::Substring { .. }
            | Expr::Trim { .. }
            | Expr::Nested(_)
            | Expr::Value(_)
            | Expr::Case { .. }
            | Expr::Exists { .. }
            | Expr::Subquery(_)
            | Expr::GroupingSets(_)
            | Expr::Cube(_)
            | Expr::Rollup(_)
            | Expr::Tuple(_)
            | Expr::Array(_)
            | Expr::Interval(_)
            | Expr::Wildcard(_) => ON,
            other => refuse(format!("`{other}` is an expression that is not known here")),
        }
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> Flow {
        match &value.value {
            Value::Number(_, false) | Value::Boolean(_) | Value::Null => ON,
            Value::Placeholder(name) if name.starts_with('$') => ON,
            Value::Placeholder(name) => {
                refuse(format!("`{name}` is no parameter: write `?`, or `$1` to `$100`"))
            }
            Value::SingleQuotedString(text) if !text.contains('\0') => ON,
            _ => refuse("this kind of literal is not known here: write '…', or give a parameter"),
        }
    }

    fn pre_visit_ident(&mut self, name: &Ident) -> Flow {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let good = name.value.len() <= MAX_NAME
            && match name.quote_style {
                None => name.value.chars().all(plain),
                Some('"') => !name.value.contains(['"', '\0', '\\']),
                Some(_) => false,
            };
        if good { ON } else { refuse(format!("`{}` is no name", name.value)) }
    }
}

/// What a query consists of. The outermost one may be a change with a `with` before it.
fn body(expr: &SetExpr, outermost: bool) -> Flow {
    match expr {
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => ON,
        SetExpr::SetOperation { left, right, .. } => {
            body(left, false)?;
            body(right, false)
        }
        SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) if outermost => ON,
        SetExpr::Insert(_)
        | SetExpr::Update(_)
        | SetExpr::Delete(_)
        | SetExpr::Merge(_)
        | SetExpr::Table(_) => refuse("a part of a statement can only read, with `select`"),
    }
}

fn plain(function: &Function) -> Flow {
    let plain =
        !function.uses_odbc_syntax && matches!(function.parameters, FunctionArguments::None);
    if plain { ON } else { refuse("this way to call a function is not known here") }
}

fn known_operator(op: &BinaryOperator) -> Flow {
    match op {
        BinaryOperator::Custom(_) | BinaryOperator::PGCustomBinaryOperator(_) => {
            refuse(format!("`{op}` is an operator that is not known here"))
        }
        _ => ON,
    }
}

/// Types whose input reads its text and nothing else: none that looks names up.
fn known_type(kind: &DataType) -> Flow {
    match kind {
        DataType::Text
        | DataType::Varchar(_)
        | DataType::CharacterVarying(_)
        | DataType::Char(_)
        | DataType::Character(_)
        | DataType::Uuid
        | DataType::Numeric(_)
        | DataType::Decimal(_)
        | DataType::Dec(_)
        | DataType::SmallInt(_)
        | DataType::Int2(_)
        | DataType::Int(_)
        | DataType::Int4(_)
        | DataType::Int8(_)
        | DataType::Integer(_)
        | DataType::BigInt(_)
        | DataType::Float(_)
        | DataType::Float4
        | DataType::Float8
        | DataType::Real
        | DataType::Double(_)
        | DataType::DoublePrecision
        | DataType::Bool
        | DataType::Boolean
        | DataType::Date
        | DataType::Time(..)
        | DataType::Timestamp(..)
        | DataType::Interval { .. }
        | DataType::JSON
        | DataType::JSONB => ON,
        DataType::Array(ArrayElemTypeDef::SquareBracket(inner, _)) => known_type(inner),
        DataType::Custom(name, arguments)
            if arguments.is_empty() && name.to_string().eq_ignore_ascii_case("timestamptz") =>
        {
            ON
        }
        other => refuse(format!("`{other}` is no type that a value may be made into")),
    }
}
