//! Tokens in, expression out.
//!
//! From the loosest to the tightest: `? :`, `||`, `&&`, comparisons, `+ -`, `* / %`, `!`.

use serde_json::Value;

use super::ast::{Expression, Reference, Step};
use super::exact::Exact;
use super::functions::{ADD, DIVIDE, Function, MULTIPLY, REMAINDER, SUBTRACT, find};
use super::lexer::{Sign, Token, TokenKind, tokens};
use super::names::{of_event, reference};
use crate::condition::Operator;

/// How long an expression may be, in bytes between the braces.
pub(crate) const MAX_EXPRESSION_LENGTH: usize = 8 * 1024;

/// How many words and signs an expression may have: more than anybody reads, and few enough that
/// evaluating each of them costs nothing to speak of.
pub(crate) const MAX_TOKENS: usize = 2_048;

/// How many steps a path may have, how many alternatives a fallback, how many parts a sum, and how
/// many levels of parentheses, arguments and choices there may be. The parser and the evaluator
/// follow the levels on the stack.
pub(crate) const MAX_EXPRESSION_DEPTH: usize = 32;

/// How many arguments a call may have.
pub(crate) const MAX_ARGUMENTS: usize = 64;

/// Why a text is not an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    /// In characters from 1, from the opening braces on.
    pub(crate) position: usize,
    pub(crate) message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    Syntax,
    UnknownName,
}

const COMPARISONS: [(Sign, Operator); 6] = [
    (Sign::Equal, Operator::Eq),
    (Sign::NotEqual, Operator::Ne),
    (Sign::Less, Operator::Lt),
    (Sign::LessOrEqual, Operator::Lte),
    (Sign::Greater, Operator::Gt),
    (Sign::GreaterOrEqual, Operator::Gte),
];

static SUMS: [(Sign, &Function); 2] = [(Sign::Plus, ADD), (Sign::Minus, SUBTRACT)];

static PRODUCTS: [(Sign, &Function); 3] =
    [(Sign::Times, MULTIPLY), (Sign::Over, DIVIDE), (Sign::Remainder, REMAINDER)];

/// Reads the text between the braces.
pub(crate) fn parse(text: &str) -> Result<Expression, Fault> {
    read(text, reference)
}

/// Reads a text of the same language over an event instead of a run: its paths begin with `event`,
/// `payload`, `source` or `eventId`.
pub(crate) fn parse_mapping(text: &str) -> Result<Expression, Fault> {
    read(text, of_event)
}

fn read(text: &str, names: Names) -> Result<Expression, Fault> {
    if text.len() > MAX_EXPRESSION_LENGTH {
        let message = format!(
            "the expression is longer than {MAX_EXPRESSION_LENGTH} bytes; shorten it, or prepare \
             the value in a node before"
        );
        return Err(Fault { kind: FaultKind::Syntax, position: 1, message });
    }
    let end = text.chars().count() + 1;
    let mut parser = Parser { tokens: tokens(text)?, at: 0, end, depth: 0, names };
    let expression = parser.expression()?;
    match parser.tokens.get(parser.at) {
        None => Ok(expression),
        Some(token) => Err(syntax(token.position, goes_on(&token.kind))),
    }
}

/// Why an expression may not go on with that token.
fn goes_on(token: &TokenKind) -> &'static str {
    match token {
        TokenKind::Word(word) if word.starts_with('-') => {
            "a minus between two values has a space on both sides: a - b"
        }
        TokenKind::Sign(Sign::End) => "a parenthesis is closed that was not opened",
        TokenKind::Word(_) | TokenKind::Text(_) | TokenKind::Sign(_) => {
            "the expression goes on where it should end; put an operator like || between two \
             values, or use two expressions"
        }
    }
}

/// Reads a path of field names as `format`, `filter` and `pluck` use it: `owner.name`, `rows.0`.
pub(crate) fn path(text: &str) -> Vec<Step> {
    text.split('.').filter(|name| !name.is_empty()).map(Step::key).collect()
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    end: usize,
    /// How many levels enclose the place that is being read.
    depth: usize,
    /// What paths begin with.
    names: Names,
}

/// Tells what a path begins with.
type Names = fn(&str, Vec<Step>, usize) -> Result<Reference, Fault>;

impl Parser {
    fn next(&mut self) -> Option<TokenKind> {
        let token = self.tokens.get(self.at).map(|token| token.kind.clone());
        self.at += 1;
        token
    }

    fn sign(&self) -> Option<Sign> {
        match self.tokens.get(self.at).map(|token| &token.kind) {
            Some(TokenKind::Sign(sign)) => Some(*sign),
            Some(TokenKind::Word(_) | TokenKind::Text(_)) | None => None,
        }
    }

    fn takes(&mut self, sign: Sign) -> bool {
        let is_there = self.sign() == Some(sign);
        self.at += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, sign: Sign, cure: &str) -> Result<(), Fault> {
        if self.takes(sign) { Ok(()) } else { Err(syntax(self.position(), cure)) }
    }

    fn position(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end, |token| token.position)
    }

    /// Reads one level further in.
    fn deeper(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Expression, Fault>,
    ) -> Result<Expression, Fault> {
        if self.depth >= MAX_EXPRESSION_DEPTH {
            let most = format!(
                "expressions are nested at most {MAX_EXPRESSION_DEPTH} levels deep; prepare the \
                 inner part in a node before"
            );
            return Err(syntax(self.position(), &most));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn expression(&mut self) -> Result<Expression, Fault> {
        let condition = self.fallback()?;
        if !self.takes(Sign::Question) {
            return Ok(condition);
        }
        let then = self.deeper(Self::expression)?;
        self.expect(Sign::Colon, "a choice needs its other side: condition ? value : other")?;
        let otherwise = self.deeper(Self::expression)?;
        Ok(Expression::Choice {
            condition: Box::new(condition),
            then: Box::new(then),
            otherwise: Box::new(otherwise),
        })
    }

    fn fallback(&mut self) -> Result<Expression, Fault> {
        let mut choices = vec![self.every()?];
        loop {
            let position = self.position();
            if !self.takes(Sign::Or) {
                return Ok(one_or(choices, Expression::Fallback));
            }
            if choices.last().is_some_and(Expression::is_truth) {
                let cure = "|| takes its right side where its left side is null, and true or false \
                            never is; for \"or\" write or(a, b)";
                return Err(syntax(position, cure));
            }
            self.limit(choices.len(), "a fallback has", "alternatives")?;
            choices.push(self.every()?);
        }
    }

    fn every(&mut self) -> Result<Expression, Fault> {
        let mut parts = vec![self.comparison()?];
        while self.takes(Sign::And) {
            self.limit(parts.len(), "&& joins", "conditions")?;
            parts.push(self.comparison()?);
        }
        Ok(one_or(parts, Expression::Every))
    }

    fn comparison(&mut self) -> Result<Expression, Fault> {
        let left = self.chain(&SUMS, |parser| parser.chain(&PRODUCTS, Self::unary))?;
        let Some(operator) = self.comparison_sign() else { return Ok(left) };
        self.at += 1;
        let right = self.chain(&SUMS, |parser| parser.chain(&PRODUCTS, Self::unary))?;
        if self.comparison_sign().is_some() {
            let cure = "compare two values at a time: a < b && b < c";
            return Err(syntax(self.position(), cure));
        }
        Ok(Expression::Compare { left: Box::new(left), operator, right: Box::new(right) })
    }

    fn comparison_sign(&self) -> Option<Operator> {
        let sign = self.sign()?;
        COMPARISONS.into_iter().find(|(known, _)| *known == sign).map(|(_, operator)| operator)
    }

    fn chain(
        &mut self,
        signs: &[(Sign, &'static Function)],
        part: impl Fn(&mut Self) -> Result<Expression, Fault>,
    ) -> Result<Expression, Fault> {
        let first = part(self)?;
        let mut rest = Vec::new();
        while let Some((_, function)) = signs.iter().find(|(sign, _)| self.sign() == Some(*sign)) {
            self.at += 1;
            self.limit(rest.len() + 1, "a row of operators has", "parts")?;
            rest.push((*function, part(self)?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        Ok(Expression::Chain { first: Box::new(first), rest })
    }

    fn unary(&mut self) -> Result<Expression, Fault> {
        if self.takes(Sign::Not) {
            return Ok(Expression::Not(Box::new(self.deeper(Self::unary)?)));
        }
        let value = self.value()?;
        match value {
            Expression::Literal(_) | Expression::Reference(_) => Ok(value),
            Expression::Fallback(_)
            | Expression::Choice { .. }
            | Expression::Every(_)
            | Expression::Not(_)
            | Expression::Compare { .. }
            | Expression::Chain { .. }
            | Expression::Call { .. }
            | Expression::Inside { .. } => {
                let path = self.steps()?;
                if path.is_empty() {
                    return Ok(value);
                }
                Ok(Expression::Inside { of: Box::new(value), path })
            }
        }
    }

    fn value(&mut self) -> Result<Expression, Fault> {
        let position = self.position();
        match self.next() {
            Some(TokenKind::Text(text)) => Ok(Expression::Literal(Value::String(text))),
            Some(TokenKind::Word(word)) => self.word(&word, position),
            Some(TokenKind::Sign(Sign::Begin)) => {
                let inner = self.deeper(Self::expression)?;
                self.expect(Sign::End, "the parenthesis is not closed: add )")?;
                Ok(inner)
            }
            Some(TokenKind::Sign(_)) | None => Err(syntax(
                position,
                "a value is missing here: a path like $trigger.body.id, a function like \
                 length(…), a quoted text, a number, true, false or null",
            )),
        }
    }

    fn word(&mut self, word: &str, position: usize) -> Result<Expression, Fault> {
        match word {
            "true" => return Ok(Expression::Literal(Value::Bool(true))),
            "false" => return Ok(Expression::Literal(Value::Bool(false))),
            "null" => return Ok(Expression::Literal(Value::Null)),
            _ => {}
        }
        if word.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
            return self.number(word, position);
        }
        if self.takes(Sign::Begin) {
            return self.call(word, position);
        }
        let path = self.steps()?;
        (self.names)(word, path, position).map(Expression::Reference)
    }

    fn call(&mut self, name: &str, position: usize) -> Result<Expression, Fault> {
        let function = find(name).map_err(|message| Fault {
            kind: FaultKind::UnknownName,
            position,
            message,
        })?;
        let mut arguments = Vec::new();
        if !self.takes(Sign::End) {
            loop {
                if arguments.len() >= MAX_ARGUMENTS {
                    let most = format!("a function has at most {MAX_ARGUMENTS} arguments");
                    return Err(syntax(self.position(), &most));
                }
                arguments.push(self.deeper(Self::expression)?);
                if !self.takes(Sign::Comma) {
                    break;
                }
            }
            let cure = "the call is not closed: add ), or a comma before the next argument";
            self.expect(Sign::End, cure)?;
        }
        function.accepts(arguments.len()).map_err(|message| syntax(position, &message))?;
        Ok(Expression::Call { function, arguments })
    }

    /// Numbers are words; the dot of a fraction is a token of its own.
    fn number(&mut self, word: &str, position: usize) -> Result<Expression, Fault> {
        let mut text = word.to_owned();
        if self.takes(Sign::Dot) {
            text.push('.');
            if let Some(TokenKind::Word(fraction)) = self.next() {
                text.push_str(&fraction);
            }
        }
        match serde_json::from_str(&text) {
            Ok(number @ Value::Number(_)) => {
                // What no JSON number says exactly is kept as text, like every amount.
                let exact = Exact::read(&text).ok();
                let is_exact = exact.is_none() || exact == Exact::of(&number).ok();
                Ok(Expression::Literal(if is_exact { number } else { Value::String(text) }))
            }
            Ok(_) | Err(_) if text[1..].contains('-') => Err(syntax(
                position,
                &format!(
                    "\"{text}\" is not a number; a minus between two values has a space on both \
                     sides: a - b"
                ),
            )),
            Ok(_) | Err(_) => {
                let cure = format!("\"{text}\" is not a number; put texts in quotes");
                Err(syntax(position, &cure))
            }
        }
    }

    fn steps(&mut self) -> Result<Vec<Step>, Fault> {
        let mut steps = Vec::new();
        loop {
            let step = if self.takes(Sign::Dot) {
                self.dotted()?
            } else if self.takes(Sign::Open) {
                self.bracketed()?
            } else {
                return Ok(steps);
            };
            self.limit(steps.len(), "a path has", "steps")?;
            steps.push(step);
        }
    }

    fn dotted(&mut self) -> Result<Step, Fault> {
        let position = self.position();
        match self.next() {
            Some(TokenKind::Word(name)) => Ok(Step::key(&name)),
            Some(TokenKind::Text(_) | TokenKind::Sign(_)) | None => Err(syntax(
                position,
                "a field name is missing after the dot; other names go into brackets: ['a b']",
            )),
        }
    }

    fn bracketed(&mut self) -> Result<Step, Fault> {
        let position = self.position();
        let step = match self.next() {
            Some(TokenKind::Word(index)) => index.parse().ok().map(Step::Index),
            Some(TokenKind::Text(name)) => Some(Step::Key { name: name.into(), index: None }),
            Some(TokenKind::Sign(_)) | None => None,
        };
        let step = step.ok_or_else(|| {
            let cure = "brackets hold a list index or a quoted name: [0], ['a b']; at(list, index) \
                        and get(object, path) take values";
            syntax(position, cure)
        })?;
        self.expect(Sign::Close, "the bracket is not closed: add ]")?;
        Ok(step)
    }

    fn limit(&self, count: usize, what: &str, parts: &str) -> Result<(), Fault> {
        if count < MAX_EXPRESSION_DEPTH {
            return Ok(());
        }
        let most = format!("{what} at most {MAX_EXPRESSION_DEPTH} {parts}");
        Err(syntax(self.position(), &most))
    }
}

fn one_or(
    mut parts: Vec<Expression>,
    many: impl FnOnce(Vec<Expression>) -> Expression,
) -> Expression {
    match parts.len() {
        1 => parts.remove(0),
        _ => many(parts),
    }
}

pub(super) fn syntax(position: usize, message: &str) -> Fault {
    Fault { kind: FaultKind::Syntax, position, message: message.to_owned() }
}
