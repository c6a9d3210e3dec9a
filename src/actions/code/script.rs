//! One script, in an interpreter of its own: made for it, and thrown away with it.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use engine::{MAX_VALUE_BYTES, MAX_VALUE_DEPTH, within_limits};
use rquickjs::context::{EvalOptions, intrinsic};
use rquickjs::{BigInt, CaughtError, Context, Ctx, Function, IntoJs, Object, Runtime};
use serde_json::Value;

use super::question::{Answer, Fault, FaultKind, Question};
use super::transform::TRADE;
use crate::catalog::{Schema, Stage};
use crate::confined;

/// Bytes of memory that a script may take.
const MEMORY: usize = 64 * 1024 * 1024;

/// Bytes of stack: some thousand calls deep.
const STACK: usize = 512 * 1024;

/// The name of the code in stacks.
const FILE: &str = "code";

/// How many characters of what was thrown are told.
const MAX_MESSAGE: usize = 500;

/// The largest integer that JavaScript's numbers tell from its neighbours: 2^53 - 1.
const MAX_SAFE: u64 = 9_007_199_254_740_991;

/// How the output becomes JSON, taken before the script can change what it is made of.
const WRITER: &str = "(() => {
  const { stringify } = JSON, { isFinite } = Number, { apply } = Reflect;
  const text = BigInt.prototype.toString, Wrong = TypeError, Text = String;
  return (output) => stringify(output, (key, value) => {
    if (typeof value === 'bigint') return apply(text, value, []);
    if (typeof value === 'number' && !isFinite(value)) {
      throw new Wrong((key === '' ? 'it' : '`' + Text(key) + '`') + ' is ' + Text(value) + ', which JSON does not know');
    }
    return value;
  });
})()";

/// The language, and nothing of what browsers add to it.
type Language = (
    intrinsic::Date,
    intrinsic::Eval,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::Proxy,
    intrinsic::MapSet,
    intrinsic::TypedArrays,
    intrinsic::Promise,
    intrinsic::WeakRef,
);

type Found<T> = Result<T, Fault>;

/// Does what a worker does all its life: it runs a script for each question.
///
/// # Errors
/// When its rights cannot be given away, or its pipes break.
pub fn serve() -> io::Result<()> {
    confined::serve(&TRADE, |question| answer(&question))
}

/// Runs a script.
pub(super) fn answer(question: &Question) -> Answer {
    match run(question) {
        Ok(output) => Answer::Output(output),
        Err(fault) => Answer::Fault(fault),
    }
}

fn run(question: &Question) -> Found<Value> {
    check(FaultKind::InputType, question.input_type.as_ref(), &question.input)?;
    let output = transform(&question.code, &question.input, question.timeout_ms)?;
    check(FaultKind::OutputType, question.output_type.as_ref(), &output)?;
    Ok(output)
}

/// Whether a value has the type that the author promises.
fn check(kind: FaultKind, schema: Option<&Value>, value: &Value) -> Found<()> {
    let Some(schema) = schema else { return Ok(()) };
    let schema = Schema::compile(schema).map_err(|error| fault(kind, error.to_string()))?;
    let problems = schema.problems(value, Stage::Run);
    let Some(first) = problems.first() else { return Ok(()) };
    let more = if problems.len() > 1 {
        format!("; and {} more", problems.len() - 1)
    } else {
        String::new()
    };
    let place = if first.path.is_empty() { String::new() } else { format!("{}: ", first.path) };
    Err(fault(kind, format!("{place}{}{more}", first.message)))
}

fn transform(code: &str, input: &Value, timeout_ms: u64) -> Found<Value> {
    let runtime = Runtime::new().map_err(|_| no_memory())?;
    runtime.set_memory_limit(MEMORY);
    runtime.set_max_stack_size(STACK);
    let deadline = Instant::now() + Duration::from_millis(timeout_ms);
    let expired = Rc::new(Cell::new(false));
    let told = Rc::clone(&expired);
    runtime.set_interrupt_handler(Some(Box::new(move || {
        told.set(Instant::now() >= deadline);
        told.get()
    })));
    let context = Context::custom::<Language>(&runtime).map_err(|_| no_memory())?;
    let output = context.with(|ctx| in_context(&ctx, code, input));
    if expired.get() {
        let message = format!("the code did not end within {timeout_ms} ms");
        return Err(fault(FaultKind::Time, message));
    }
    let text = output?;
    if text.len() > MAX_VALUE_BYTES {
        let message = format!("it takes more than {MAX_VALUE_BYTES} bytes of JSON: return less");
        return Err(fault(FaultKind::Output, message));
    }
    let output: Value = serde_json::from_str(&text).map_err(|_| {
        let message = format!("it is nested more than {MAX_VALUE_DEPTH} levels deep: flatten it");
        fault(FaultKind::Output, message)
    })?;
    within_limits(&output).map_err(|excess| fault(FaultKind::Output, format!("it {excess}")))?;
    Ok(output)
}

/// The output as JSON text.
fn in_context(ctx: &Ctx<'_>, code: &str, input: &Value) -> Found<String> {
    let writer: Function<'_> =
        ctx.eval(WRITER).map_err(|error| caught(ctx, FaultKind::Threw, error))?;
    let input = argument(ctx, input).map_err(|error| caught(ctx, FaultKind::Threw, error))?;
    ctx.eval_with_options::<(), _>(code, options())
        .map_err(|error| caught(ctx, FaultKind::Threw, error))?;
    // A name that is declared by `const` is no property of the global object.
    let found = ctx
        .eval::<Option<Function<'_>>, _>("typeof transform === 'function' ? transform : undefined");
    let Some(transform) = found.map_err(|error| caught(ctx, FaultKind::Threw, error))? else {
        let message = "the code defines no function transform(input)".to_owned();
        return Err(fault(FaultKind::NoTransform, message));
    };
    let returned: rquickjs::Value<'_> =
        transform.call((input,)).map_err(|error| caught(ctx, FaultKind::Threw, error))?;
    let returned = match returned.as_promise() {
        Some(promise) => promise.finish().map_err(|error| {
            if matches!(error, rquickjs::Error::WouldBlock) {
                fault(FaultKind::Output, "the promise that it returned is never settled".to_owned())
            } else {
                caught(ctx, FaultKind::Threw, error)
            }
        })?,
        None => returned,
    };
    let text: Option<String> =
        writer.call((returned,)).map_err(|error| caught(ctx, FaultKind::Output, error))?;
    text.ok_or_else(|| {
        let message = "transform returned nothing that JSON knows: return a value".to_owned();
        fault(FaultKind::Output, message)
    })
}

fn options() -> EvalOptions {
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(FILE.to_owned());
    options
}

/// The input as the script sees it: integers that its numbers would round are `BigInt`s.
fn argument<'js>(ctx: &Ctx<'js>, input: &Value) -> rquickjs::Result<rquickjs::Value<'js>> {
    if let Some(whole) = exact(ctx, input) {
        return whole;
    }
    let argument = ctx.json_parse(input.to_string())?;
    if let Some(object) = argument.as_object() {
        mend(ctx, object, input)?;
    }
    Ok(argument)
}

/// Puts `BigInt`s in the places of integers that were rounded when the text was read.
fn mend<'js>(ctx: &Ctx<'js>, object: &Object<'js>, value: &Value) -> rquickjs::Result<()> {
    let put = |key: rquickjs::Value<'js>, inside: &Value| match exact(ctx, inside) {
        Some(whole) => object.set(key, whole?),
        None if inside.is_object() || inside.is_array() => mend(ctx, &object.get(key)?, inside),
        None => Ok(()),
    };
    match value {
        Value::Object(fields) => {
            fields.iter().try_for_each(|(key, inside)| put(key.as_str().into_js(ctx)?, inside))
        }
        Value::Array(items) => {
            items.iter().zip(0_u32..).try_for_each(|(inside, key)| put(key.into_js(ctx)?, inside))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

/// The `BigInt` of an integer that a number of JavaScript could not hold.
fn exact<'js>(ctx: &Ctx<'js>, value: &Value) -> Option<rquickjs::Result<rquickjs::Value<'js>>> {
    let number = value.as_number()?;
    let whole = match (number.as_i64(), number.as_u64()) {
        (Some(signed), _) if signed.unsigned_abs() > MAX_SAFE => {
            BigInt::from_i64(ctx.clone(), signed)
        }
        (None, Some(unsigned)) => BigInt::from_u64(ctx.clone(), unsigned),
        (Some(_) | None, _) => return None,
    };
    Some(whole.map(BigInt::into_value))
}

/// What was thrown, in words, with the line of the code.
fn caught(ctx: &Ctx<'_>, kind: FaultKind, error: rquickjs::Error) -> Fault {
    match CaughtError::from_error(ctx, error) {
        CaughtError::Exception(exception) => {
            let name: Option<String> = exception.as_object().get("name").ok();
            let message = exception.message().unwrap_or_default();
            let kind = match name.as_deref() {
                Some("InternalError") if message == "out of memory" => return no_memory(),
                Some("SyntaxError") if kind == FaultKind::Threw => FaultKind::Syntax,
                Some(_) | None => kind,
            };
            let stack = exception.stack().unwrap_or_default();
            let message = match name {
                Some(name) if kind == FaultKind::Threw => format!("{name}: {message}"),
                Some(_) | None => message,
            };
            Fault { kind, message: short(message), line: line(&stack) }
        }
        // Without memory there is none for an exception either.
        CaughtError::Value(thrown) if thrown.is_null() => no_memory(),
        CaughtError::Value(thrown) => {
            let text = ctx.json_stringify(thrown).ok().flatten();
            let text = text.and_then(|text| text.to_string().ok());
            fault(kind, short(text.unwrap_or_else(|| "something that is no error".to_owned())))
        }
        CaughtError::Error(error) => fault(kind, short(error.to_string())),
    }
}

/// The line in the first place of a stack that is in the author's code.
fn line(stack: &str) -> Option<u32> {
    let mut places = stack.split(['(', ' ', '\n']);
    places.find_map(|place| {
        place.strip_prefix(FILE)?.strip_prefix(':')?.split([':', ')']).next()?.parse().ok()
    })
}

fn short(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
    message
}

fn no_memory() -> Fault {
    let message = format!("the code takes more than {} MiB of memory", MEMORY / (1024 * 1024));
    fault(FaultKind::Memory, message)
}

fn fault(kind: FaultKind, message: String) -> Fault {
    Fault { kind, message, line: None }
}
