//! `code-transform`, in real processes.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use chainkeel::actions::{Actions, Call};
use engine::{Failure, FailureCategory};
use futures::future::join_all;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{actions, origin};
use crate::support::peer::door;

struct Desk(Actions);

impl Desk {
    fn open() -> Self {
        Self(actions(&door(&[])))
    }

    async fn perform(&self, payload: Value) -> Result<Value, Failure> {
        let (input, idempotency_key) = (payload.into(), "run_1:code:1".to_owned());
        let call = Call {
            input,
            idempotency_key,
            timeout: Duration::from_secs(30),
            connector: None,
            origin: origin(),
        };
        self.0.perform("code-transform", call).await.map(|result| (*result).clone())
    }

    /// The output of this code for that input.
    async fn output(&self, code: &str, input: Value) -> Value {
        let result = self.perform(json!({ "code": code, "input": input })).await;
        let mut result = result.unwrap_or_else(|failure| panic!("{code}: {failure:?}"));
        assert_eq!(result.as_object().map(serde_json::Map::len), Some(1));
        result["output"].take()
    }

    /// The failure of this code.
    async fn failure(&self, code: &str) -> Failure {
        let result = self.perform(json!({ "code": code, "input": null })).await;
        result.expect_err(&format!("it must fail: {code}"))
    }
}

/// The workers of this process. Tests run in processes of their own, so that nobody else starts any.
fn workers() -> BTreeSet<i32> {
    let own = std::process::id().to_string();
    let is_ours = |pid: &i32| {
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let mut fields = after_name.split_whitespace();
        fields.next() != Some("Z") && fields.next() == Some(&own)
    };
    let pids = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_ours).collect()
}

#[actix_web::test]
async fn an_input_is_transformed() {
    let desk = Desk::open();
    let table = [
        ("function transform(input) { return input.a + 1 }", json!({ "a": 1 }), json!(2)),
        (
            "const transform = ([a, ...rest]) => ({ a, rest })",
            json!([1, 2, 3]),
            json!({ "a": 1, "rest": [2, 3] }),
        ),
        (
            "async function transform(x) { await null; return x ?? 'none' }",
            json!(null),
            json!("none"),
        ),
        (
            "var transform = s => [...s.matchAll(/\\d+/g)].map(m => m[0])",
            json!("a1b22"),
            json!(["1", "22"]),
        ),
        (
            "let n = 0; class A { #x = 4; get x() { return this.#x } } transform = () => new A().x",
            json!(0),
            json!(4),
        ),
        (
            "function transform() { return [undefined, null, () => 1, new Date(0)] }",
            json!(0),
            json!([null, null, null, "1970-01-01T00:00:00.000Z"]),
        ),
        (
            "function transform(x) { return x }",
            json!({ "__proto__": { "a": 1 }, "é": "\u{0}\"" }),
            json!({ "__proto__": { "a": 1 }, "é": "\u{0}\"" }),
        ),
        ("function transform(x) { return x.length }", json!("😀"), json!(2)),
        ("function transform() { return new Map([[1, 2]]).get(1) }", json!(0), json!(2)),
        ("function transform() { return 0.1 + 0.2 }", json!(0), json!(0.1 + 0.2)),
        ("function transform(x) { return x }", json!(-0.5e-7), json!(-0.5e-7)),
    ];
    for (code, input, expected) in table {
        assert_eq!(desk.output(code, input).await, expected, "{code}");
    }
}

#[actix_web::test]
async fn no_digit_of_an_integer_is_lost() {
    let desk = Desk::open();
    let whole = json!({ "safe": 9_007_199_254_740_991_i64, "list": [9_007_199_254_740_993_i64, u64::MAX, i64::MIN, 1], "__proto__": u64::MAX });
    let kinds = "function transform(x) { return [typeof x.safe, ...x.list.map(n => typeof n)] }";
    assert_eq!(
        desk.output(kinds, whole.clone()).await,
        json!(["number", "bigint", "bigint", "bigint", "number"])
    );
    assert_eq!(
        desk.output("function transform(x) { return x }", whole).await,
        json!({
            "safe": 9_007_199_254_740_991_i64,
            "list": ["9007199254740993", "18446744073709551615", "-9223372036854775808", 1],
            "__proto__": "18446744073709551615",
        })
    );
    let wei = "function transform(x) { return { wei: BigInt(x) * 10n ** 18n } }";
    assert_eq!(desk.output(wei, json!("115")).await, json!({ "wei": "115000000000000000000" }));
    assert_eq!(
        desk.output("function transform(x) { return x + 1n }", json!(u64::MAX)).await,
        json!("18446744073709551616")
    );
}

#[actix_web::test]
async fn what_the_author_did_wrong_is_told_with_its_line() {
    let desk = Desk::open();
    let table = [
        (
            "function transform(x) {\n  return x +;\n}",
            "code_syntax",
            "cannot be read in line 2",
            Some(2),
        ),
        ("\n\nthrow new Error('early')", "code_threw", "threw in line 3: Error: early", Some(3)),
        (
            "function transform(x) {\n\n  return x.a.b;\n}",
            "code_threw",
            "threw in line 3: TypeError",
            Some(3),
        ),
        ("function transform() { throw { why: 'odd' } }", "code_threw", "{\"why\":\"odd\"}", None),
        (
            "async function transform() {\n throw new RangeError('late') }",
            "code_threw",
            "threw in line 2: RangeError: late",
            Some(2),
        ),
        ("function main() {}", "code_no_transform", "transform(input)", None),
        ("const transform = 5", "code_no_transform", "transform(input)", None),
        ("function transform() {}", "code_output", "returned nothing", None),
        ("function transform() { return () => 1 }", "code_output", "returned nothing", None),
        ("function transform() { return { a: [0 / 0] } }", "code_output", "`0` is NaN", None),
        ("function transform() { return 1 / 0 }", "code_output", "it is Infinity", None),
        (
            "function transform() { return new Promise(() => {}) }",
            "code_output",
            "never settled",
            None,
        ),
        (
            "function transform() { const a = {}; a.a = a; return a }",
            "code_output",
            "circular",
            None,
        ),
        (
            "function transform() { let a = 1; for (let i = 0; i < 101; i++) a = [a]; return a }",
            "code_output",
            "100 levels",
            None,
        ),
        (
            "function transform() { let a = 1; for (let i = 0; i < 200; i++) a = [a]; return a }",
            "code_output",
            "100 levels",
            None,
        ),
        (
            "import { open } from 'os'; function transform() {}",
            "code_syntax",
            "cannot be read",
            Some(1),
        ),
    ];
    for (code, kind, message, line) in table {
        let failure = desk.failure(code).await;
        assert_eq!(failure.code, kind, "{code}: {failure:?}");
        assert_eq!((failure.category, failure.retryable), (FailureCategory::Validation, false));
        assert!(failure.message.contains(message), "{code}: {}", failure.message);
        if line.is_some() {
            let details = failure.details.as_ref().map(|details| details["line"].clone());
            assert_eq!(details, line.map(Value::from), "{code}");
        }
    }
    let long = desk.failure("function transform() { throw new Error('x'.repeat(100000)) }").await;
    assert!(long.message.len() < 1_000);
}

#[actix_web::test]
async fn the_promised_types_are_held_to() {
    let desk = Desk::open();
    let ask = |input: Value, input_type: Value, output_type: Value| {
        let code = "function transform(x) { return [x] }";
        desk.perform(json!({ "code": code, "input": input, "inputType": input_type, "outputType": output_type }))
    };
    let lists = json!({ "type": "array", "items": { "type": "integer" } });
    let result = ask(json!(1), json!({ "type": "integer" }), lists.clone()).await.unwrap();
    assert_eq!(result, json!({ "output": [1] }));
    let failure = ask(json!("1"), json!({ "type": "integer" }), lists.clone()).await.unwrap_err();
    assert_eq!(failure.code, "code_input_type");
    assert!(failure.message.contains("expected an integer, found a string"), "{failure:?}");
    let failure = ask(json!("1"), json!({}), lists).await.unwrap_err();
    assert_eq!(failure.code, "code_output_type");
    assert!(failure.message.contains("/0: expected an integer"), "{failure:?}");
    let failure =
        ask(json!(1), json!({ "$ref": "file:///etc/passwd" }), json!({})).await.unwrap_err();
    assert_eq!(failure.code, "code_input_type");
    let failure = ask(json!(1), json!({ "type": "whole" }), json!({})).await.unwrap_err();
    assert_eq!(failure.code, "invalid_input", "the payload's own schema sees it first");
}

#[actix_web::test]
async fn an_endless_loop_is_ended_in_time_whatever_it_is_in() {
    let desk = Desk::open();
    let table = [
        "function transform() { for (;;); }",
        "for (;;);",
        "function transform() { for (;;) { try { for (;;); } catch {} finally { continue } } }",
        "async function transform() { for (;;) await null }",
        "function transform() { return { toJSON() { for (;;); } } }",
        "function transform() { return /(a+)+$/.test('a'.repeat(40) + '!') }",
        "function transform() { return new Proxy({}, { ownKeys() { for (;;); } }) }",
        "function transform() { const a = []; a.length = 2 ** 32 - 1; return a.sort().join('x').indexOf('y') }",
        "function transform() { return Array.from({ length: 1e9 }, (_, i) => i % 7).length }",
    ];
    for code in table {
        let begun = Instant::now();
        let payload = json!({ "code": code, "input": 0, "timeout": 300 });
        let failure = desk.perform(payload).await.unwrap_err();
        let taken = begun.elapsed();
        // What fills memory may reach that limit first.
        assert!(matches!(failure.code.as_str(), "timeout" | "code_memory"), "{code}: {failure:?}");
        assert!(taken < Duration::from_secs(3), "{code} took {taken:?}");
    }
    let timed = desk.perform(json!({ "code": table[0], "input": 0, "timeout": 50 })).await;
    let timed = timed.unwrap_err();
    assert_eq!((timed.category, timed.retryable), (FailureCategory::Timeout, true));
    assert!(timed.message.contains("50 ms"));
    assert_eq!(desk.output("transform = x => x", json!(1)).await, 1);
}

#[actix_web::test]
async fn memory_stack_and_output_have_bounds() {
    let desk = Desk::open();
    let table = [
        (
            "function transform() { const a = []; for (;;) a.push('x'.repeat(1000) + a.length) }",
            "code_memory",
        ),
        ("function transform() { return new Uint8Array(1e9).length }", "code_memory"),
        ("function transform() { let s = 'x'; for (;;) s += s }", "code_memory"),
        ("function transform() { const f = n => f(n + 1) + 1; return f(0) }", "code_threw"),
        ("function transform() { return JSON.parse('['.repeat(1e6)) }", "code_threw"),
        ("function transform() { return 'x'.repeat(262144) }", "code_output"),
        ("function transform() { return Array(50000).fill(12345) }", "code_output"),
        ("function transform() { return '\\u0001'.repeat(262000) }", "code_output"),
    ];
    for (code, expected) in table {
        let failure = desk.failure(code).await;
        assert!(failure.code == expected || code.contains("+= s"), "{code}: {failure:?}");
        assert_eq!(failure.category, FailureCategory::Validation, "{code}");
    }
    let most = desk.output("transform = () => 'x'.repeat(260000)", json!(0)).await;
    assert_eq!(most.as_str().map(str::len), Some(260_000));
    let read = desk.output("transform = x => x.length", json!("x".repeat(200_000))).await;
    assert_eq!(read, 200_000);
}

#[actix_web::test]
async fn a_script_finds_nothing_that_another_left() {
    let desk = Desk::open();
    let before = "function transform() { return 1 }";
    desk.output(before, json!(0)).await;
    let worker = workers();
    let poison = "Object.prototype.leaked = 1; Array.prototype.map = () => ['mine'];
        globalThis.left = 2; JSON.stringify = () => '\"stolen\"'; JSON.parse = () => 'stolen';
        Reflect.apply = () => 'stolen'; BigInt.prototype.toString = () => 'stolen';
        Object.defineProperty(Object.prototype, 'transform', { value: () => 'stolen' });
        function transform() { return { big: 1n, list: [1].map(x => x) } }";
    assert_eq!(desk.output(poison, json!(0)).await, json!({ "big": "1", "list": ["mine"] }));
    let look = "function transform(x) { return [typeof left, {}.leaked ?? null, x.map(n => n + 1), Object.keys(globalThis).filter(k => k !== 'transform')] }";
    assert_eq!(desk.output(look, json!([1])).await, json!(["undefined", null, [2], []]));
    assert_eq!(worker, workers(), "it was the same process");
}

#[actix_web::test]
async fn a_script_has_the_language_and_nothing_else() {
    let desk = Desk::open();
    let code = "function transform(names) { return names.filter(name => typeof globalThis[name] !== 'undefined') }";
    let names = json!([
        "fetch",
        "require",
        "process",
        "std",
        "os",
        "module",
        "exports",
        "Deno",
        "Bun",
        "setTimeout",
        "setInterval",
        "XMLHttpRequest",
        "WebSocket",
        "importScripts",
        "load",
        "print",
        "console",
        "scriptArgs",
        "performance",
        "navigator",
        "Worker",
        "bjson",
    ]);
    assert_eq!(desk.output(code, names).await, json!([]));
    let dynamic = desk.failure("async function transform() { return await import('os') }").await;
    assert_eq!(dynamic.code, "code_threw");
    let constructed = "function transform() { return Function('return typeof process')() }";
    assert_eq!(desk.output(constructed, json!(0)).await, "undefined");
}

#[actix_web::test]
async fn a_worker_has_given_its_rights_away() {
    let desk = Desk::open();
    desk.output("transform = x => x", json!(1)).await;
    let workers = workers();
    assert!(!workers.is_empty());
    for worker in workers {
        let read = |file: &str| fs::read_to_string(format!("/proc/{worker}/{file}")).unwrap();
        assert_eq!(read("environ"), "");
        assert_eq!(fs::read_link(format!("/proc/{worker}/cwd")).unwrap().to_str(), Some("/"));
        let open = fs::read_dir(format!("/proc/{worker}/fd")).unwrap().count();
        assert_eq!(open, 3, "the pipes, and no error output");
        let status = read("status");
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim_start_matches(':').trim().to_owned()
        };
        assert_eq!(field("NoNewPrivs"), "1");
        assert_eq!(field("Threads"), "1");
        for set in ["CapEff", "CapPrm", "CapInh", "CapAmb"] {
            assert_eq!(field(set), "0000000000000000", "{set}");
        }
        // Where the system lets a process without privileges have a network of its own.
        let unshared = Command::new("unshare").args(["--user", "--net", "true"]).output();
        if unshared.is_ok_and(|unshared| unshared.status.success()) {
            let network = |of: &str| fs::read_link(format!("/proc/{of}/ns/net")).unwrap();
            assert_ne!(network(&worker.to_string()), network("self"));
        }
        let limits = read("limits");
        for (name, limit) in [
            ("Max open files", "3 3"),
            ("Max processes", "0 0"),
            ("Max file size", "0 0"),
            ("Max core file size", "0 0"),
            ("Max address space", "1073741824 1073741824"),
        ] {
            let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            let words: Vec<_> = line.split_whitespace().take(2).collect();
            assert_eq!(words.join(" "), limit, "{name}");
        }
    }
}

#[actix_web::test]
async fn a_worker_that_is_killed_fails_its_script_only_and_is_replaced() {
    let desk = Desk::open();
    assert_eq!(desk.output("transform = x => x", json!(1)).await, 1);
    let killed = workers();
    let kill = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        for worker in &killed {
            kill_process(Pid::from_raw(*worker).unwrap(), Signal::KILL).unwrap();
        }
    };
    let endless = desk.failure("function transform() { for (;;); }");
    let (failure, ()) = futures::join!(endless, kill);
    assert_eq!(failure.code, "code_worker");
    assert_eq!((failure.category, failure.retryable), (FailureCategory::Internal, true));
    assert_eq!(desk.output("transform = x => x", json!(2)).await, 2);
    assert!(workers().is_disjoint(&killed));
}

#[actix_web::test]
async fn a_worker_that_died_while_it_waited_is_not_asked() {
    let desk = Desk::open();
    assert_eq!(desk.output("transform = x => x", json!(1)).await, 1);
    for worker in workers() {
        kill_process(Pid::from_raw(worker).unwrap(), Signal::KILL).unwrap();
    }
    while !workers().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(desk.output("transform = x => x", json!(2)).await, 2);
}

#[actix_web::test]
async fn workers_end_with_the_house_and_are_renewed_before_they_are_old() {
    let desk = Desk::open();
    let mut seen = BTreeSet::new();
    for number in 0..130 {
        assert_eq!(desk.output("transform = x => x", json!(number)).await, number);
        seen.extend(workers());
    }
    assert_eq!(seen.len(), 3, "a worker runs 64 scripts");
    drop(desk);
    let give_up = Instant::now() + Duration::from_secs(5);
    while !workers().is_empty() {
        assert!(Instant::now() < give_up, "they are still there");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[actix_web::test]
async fn fifty_scripts_side_by_side_each_get_their_own_answer() {
    let desk = Desk::open();
    let code = "function transform(n) { let sum = 0; for (let i = 0; i < 20000; i++) sum += i % (n + 1); return { n, sum } }";
    let outputs = join_all((0..50_u64).map(|number| desk.output(code, json!(number)))).await;
    for (number, output) in (0..50_u64).zip(outputs) {
        let sum: u64 = (0..20_000).map(|at| at % (number + 1)).sum();
        assert_eq!(output, json!({ "n": number, "sum": sum }));
    }
    assert!(workers().len() <= 8);
}

#[actix_web::test]
async fn an_abandoned_script_does_not_go_on() {
    let desk = Desk::open();
    let endless = desk.perform(json!({ "code": "for (;;);", "input": 0, "timeout": 10_000 }));
    assert!(tokio::time::timeout(Duration::from_millis(500), endless).await.is_err());
    let give_up = Instant::now() + Duration::from_secs(5);
    while !workers().is_empty() {
        assert!(Instant::now() < give_up, "it is still there");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
