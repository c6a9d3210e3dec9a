//! The nodes that make a result of their payload and know nothing else.

use chainkeel_engine::{DiagnosticCode, parse, validate};
use serde_json::{Value, json};

use crate::support::{TestCatalog, World, definition};

fn world(kind: &str, payload: &Value) -> World {
    let nodes = json!({ "n": { "type": kind, "payload": payload } });
    World::with(&definition(&["n"], nodes), json!(null))
}

fn result(kind: &str, payload: &Value) -> Value {
    let world = world(kind, payload);
    assert!(world.run.failure().is_none(), "{kind} {payload}: {:?}", world.run.failure());
    world.result("n")
}

/// The message of a node that fails at run time.
fn message(kind: &str, payload: &Value) -> String {
    let world = world(kind, payload);
    let failure = world.run.failure().unwrap_or_else(|| panic!("{kind} {payload} does not fail"));
    assert_eq!((failure.code.as_str(), failure.retryable), ("invalid_input", false));
    failure.message.clone()
}

/// The messages of a node that is judged before it is published.
fn told(kind: &str, payload: &Value) -> Vec<String> {
    let nodes = json!({
        "root": { "type": "manual", "payload": {}, "children": ["n"] },
        "n": { "type": kind, "payload": payload },
    });
    let definition = parse(&json!({ "nodes": nodes })).expect("it is well formed");
    let told = validate(&definition, &TestCatalog);
    assert!(told.iter().all(|one| one.code == DiagnosticCode::InvalidPayload), "{told:?}");
    told.into_iter().map(|one| format!("{}: {}", one.path, one.message)).collect()
}

fn all_fail(table: &[(&str, Value, &str, &str)]) {
    for (kind, payload, place, reason) in table {
        let message = message(kind, payload);
        assert!(
            message.contains(&format!("the payload's {place} ")),
            "{kind} {payload}: {message}"
        );
        assert!(message.contains(reason), "{kind} {payload}: {message}");
    }
}

#[test]
fn a_pattern_gives_its_groups_by_number_and_by_name() {
    let payload = |text: &str, pattern: &str| json!({ "text": text, "pattern": pattern });
    let found = result("regex", &payload("tx 0xAB of 12 USDC", r"(?P<n>\d+) (?P<sym>[A-Z]+)(x)?"));
    assert_eq!(
        found,
        json!({ "matched": true, "matches": {
            "0": "12 USDC", "1": "12", "n": "12", "2": "USDC", "sym": "USDC", "3": null,
        } })
    );
    let none = result("regex", &payload("nothing", r"\d"));
    assert_eq!(none, json!({ "matched": false, "matches": {} }));
    let input = json!({ "input": "grün", "pattern": r"(?i)GR\pL(\w)" });
    assert_eq!(result("regex", &input)["matches"], json!({ "0": "grün", "1": "n" }));
}

#[test]
fn a_global_search_lists_all_matches() {
    let all = json!({ "text": "a1 b22", "pattern": r"([a-z])(?P<n>\d+)", "global": true });
    assert_eq!(
        result("regex", &all),
        json!({
            "matched": true,
            "matches": { "0": "a1", "1": "a", "2": "1", "n": "1" },
            "all": [
                { "0": "a1", "1": "a", "2": "1", "n": "1" },
                { "0": "b22", "1": "b", "2": "22", "n": "22" },
            ],
        })
    );
    let none = json!({ "text": "", "pattern": "x", "global": "true" });
    assert_eq!(result("regex", &none), json!({ "matched": false, "matches": {}, "all": [] }));
    let at_most = json!({ "text": "x".repeat(1_000), "pattern": "x", "global": true });
    assert_eq!(result("regex", &at_most)["all"].as_array().map(Vec::len), Some(1_000));
}

#[test]
fn a_search_says_what_it_cannot_do() {
    let with = |text: String, pattern: &str| json!({ "text": text, "pattern": pattern });
    all_fail(&[
        ("regex", json!({ "pattern": "x" }), "/text", "it is missing"),
        ("regex", json!({ "text": 1, "pattern": "x" }), "/text", "must be a text, and is 1"),
        ("regex", json!({ "text": "", "input": "", "pattern": "x" }), "/input", "not both"),
        ("regex", json!({ "text": "" }), "/pattern", "it is missing"),
        ("regex", with("x".into(), "(a"), "/pattern", "no pattern: unclosed group"),
        ("regex", with("x".into(), r"(a)\1"), "/pattern", "no pattern: backreferences"),
        ("regex", with("x".into(), "(?=a)"), "/pattern", "no pattern: look-around"),
        ("regex", with("x".into(), "((a{99}){99}){99}"), "/pattern", "too large when"),
        ("regex", with("x".into(), &"a".repeat(1_001)), "/pattern", "at most 1000 bytes"),
        ("regex", with("x".repeat(65_537), "x"), "/text", "more than 65536 bytes"),
        (
            "regex",
            json!({ "text": "x".repeat(1_001), "pattern": "", "global": true }),
            "/pattern",
            "more than 1000 times",
        ),
        (
            "regex",
            json!({ "text": "", "pattern": "", "global": "yes" }),
            "/global",
            "must be true or false",
        ),
    ]);
}

/// Each of these makes some matcher take for ever: one that backtracks, one that starts over for
/// each match, or one whose automaton has more states than there are atoms. They end with a result
/// or say that they take too long. The time allowed is far above what they take, for slow machines
/// and builds without optimisation.
#[test]
fn no_pattern_takes_more_time_than_its_text_is_long() {
    let mixed = "ab".repeat(450) + &"b".repeat(64_000);
    let noise = (0_u32..60_000).map(|at| if at.wrapping_mul(at) % 7 < 3 { 'a' } else { 'b' });
    let noise = "ab".repeat(400) + &noise.collect::<String>();
    let table = [
        ("(a+)+$", "a".repeat(65_535) + "!"),
        ("(x+x+)+y", "x".repeat(65_536)),
        (".*[^A-Z]|[A-Z]", "A".repeat(999)),
        ("(?:a?){200}a{200}", "a".repeat(65_536)),
        (r"[01]*1[01]{300}$", "01".repeat(32_767) + "2"),
        ("[ab]*a[ab]{900}c|ab", mixed),
        ("[ab]*a[ab]{300}c|^(?:ab)+?|abab", noise.clone()),
        (r"\b[ab]*a[ab]{300}c|ab", noise + "é"),
    ];
    for (pattern, text) in table {
        let begun = std::time::Instant::now();
        let world = world("regex", &json!({ "text": text, "pattern": pattern, "global": true }));
        let taken = begun.elapsed();
        let failure = world.run.failure().map(|failure| failure.message.as_str());
        let told = |message: &str| {
            message.contains("takes too long on this text") || message.contains("1000 times")
        };
        assert!(failure.is_none_or(told), "{pattern}");
        assert!(taken.as_secs() < 60, "{pattern} took {taken:?}");
    }
}

#[test]
fn word_boundaries_are_found_in_every_script() {
    let payload = json!({ "text": "größe, Größe und é1", "pattern": r"\b\w+\b", "global": true });
    let found = result("regex", &payload)["all"].clone();
    assert_eq!(found, json!([{ "0": "größe" }, { "0": "Größe" }, { "0": "und" }, { "0": "é1" }]));
    let empty = json!({ "text": "é😀", "pattern": "", "global": true });
    let found = result("regex", &empty)["all"].as_array().map(Vec::len);
    assert_eq!(found, Some(3), "between letters, never inside one");
}

#[test]
fn a_fault_in_a_pattern_is_told_before_it_is_published() {
    let payload = json!({ "text": "{{$trigger.body}}", "pattern": "[a" });
    let told_of = told("regex", &payload);
    assert_eq!(told_of, ["/nodes/n/payload/pattern: it is no pattern: unclosed character class"]);
    let open = json!({ "text": "{{$trigger.body}}", "pattern": "{{$trigger.source}}[" });
    assert_eq!(told("regex", &open), [""; 0]);
    let sound =
        json!({ "text": "{{$trigger.body}}", "pattern": "a{2}", "global": "{{$inputs.g}}" });
    assert_eq!(told("regex", &sound), [""; 0]);
}

#[test]
fn amounts_become_base_units_and_come_back_without_losing_a_digit() {
    let most = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    let table = [
        (json!("1.5"), json!(18), "1500000000000000000"),
        (json!("0.000000000000000001"), json!(null), "1"),
        (json!(12.34), json!(6), "12340000"),
        (json!("1.500000"), json!("1"), "15"),
        (json!("-2"), json!(2), "-200"),
        (json!(0), json!(255), "0"),
        (json!("7"), json!(0), "7"),
        (json!("1e3"), json!(3), "1000000"),
        (json!(u64::MAX), json!(0), "18446744073709551615"),
        (json!(format!("{}.{}", &most[..60], &most[60..])), json!(18), most),
    ];
    for (amount, decimals, wei) in table {
        let payload = json!({ "amount": amount, "decimals": decimals });
        assert_eq!(result("convert-to-wei", &payload), json!({ "wei": wei }), "{payload}");
    }
    let table = [
        ("1500000000000000000", json!(null), "1.5"),
        ("1", json!(18), "0.000000000000000001"),
        ("-1230", json!(2), "-12.3"),
        ("0", json!(18), "0"),
        ("100", json!(0), "100"),
        ("100", json!(2), "1"),
        ("1", json!(255), &format!("0.{}1", "0".repeat(254))),
        (most, json!(18), &format!("{}.{}", &most[..60], &most[60..])),
    ];
    for (wei, decimals, amount) in table {
        let payload = json!({ "wei": wei, "decimals": decimals });
        assert_eq!(result("convert-from-wei", &payload), json!({ "amount": amount }), "{payload}");
    }
}

#[test]
fn an_amount_that_would_be_rounded_is_refused() {
    all_fail(&[
        ("convert-to-wei", json!({}), "/amount", "it is missing"),
        ("convert-to-wei", json!({ "amount": "ten" }), "/amount", "must be a number"),
        ("convert-to-wei", json!({ "amount": "0x10" }), "/amount", "must be a number"),
        ("convert-to-wei", json!({ "amount": "{{$trigger.body}}" }), "/amount", "is null"),
        (
            "convert-to-wei",
            json!({ "amount": "1.2345678", "decimals": 6 }),
            "/amount",
            "it has 7 digits after the point, and 6 fit: round it first",
        ),
        ("convert-to-wei", json!({ "amount": 1e18 }), "/amount", "give it as a text"),
        ("convert-to-wei", json!({ "amount": "1", "decimals": 256 }), "/decimals", "0 to 255"),
        ("convert-to-wei", json!({ "amount": "1", "decimals": -1 }), "/decimals", "0 to 255"),
        ("convert-to-wei", json!({ "amount": "1e399" }), "/amount", "too large"),
        ("convert-to-wei", json!({ "amount": "1e2000000000" }), "/amount", "too large"),
        ("convert-to-wei", json!({ "amount": "1e99999999999" }), "/amount", "must be a number"),
        ("convert-from-wei", json!({}), "/wei", "it is missing"),
        ("convert-from-wei", json!({ "wei": "1.5" }), "/wei", "whole number of base units"),
        ("convert-from-wei", json!({ "wei": 1.5e20 }), "/wei", "give it as a text"),
        ("convert-from-wei", json!({ "wei": true }), "/wei", "must be a number"),
    ]);
    let both = json!({ "amount": "many", "decimals": 300 });
    assert_eq!(told("convert-to-wei", &both).len(), 2);
    let open = json!({ "amount": "{{$trigger.body}}", "decimals": "{{$trigger.source}}" });
    assert_eq!(told("convert-to-wei", &open), [""; 0]);
}

#[test]
fn the_least_and_the_greatest_are_found_exactly() {
    let texts = json!(["1000000000000000000001", "1000000000000000000000", 1e21, "5e-1"]);
    let payload = json!({ "array": texts });
    assert_eq!(
        result("list-max", &payload),
        json!({ "value": "1000000000000000000001", "index": 0, "item": "1000000000000000000001" })
    );
    assert_eq!(
        result("list-min", &payload),
        json!({ "value": "5e-1", "index": 3, "item": "5e-1" })
    );
    let rows =
        json!([{ "q": { "price": 3 } }, { "q": { "price": "2.5" } }, { "q": { "price": 2.50 } }]);
    let payload = json!({ "array": rows, "field": "q.price" });
    assert_eq!(
        result("list-min", &payload),
        json!({ "value": "2.5", "index": 1, "item": { "q": { "price": "2.5" } } })
    );
    assert_eq!(result("list-max", &payload)["index"], 0);
}

#[test]
fn a_list_without_an_extreme_names_the_item_that_is_none() {
    let rows = json!([{ "price": 3 }, { "price": null }]);
    for kind in ["list-min", "list-max"] {
        all_fail(&[
            (kind, json!({}), "/array", "it is missing"),
            (kind, json!({ "array": "{{$trigger.body}}" }), "/array", "must be a list"),
            (kind, json!({ "array": [] }), "/array", "it is empty: put an if"),
            (kind, json!({ "array": [1, "two"] }), "/array", "item 1 is neither a number"),
            (
                kind,
                json!({ "array": rows, "field": "price" }),
                "/array",
                "the field of item 1 is neither",
            ),
            (kind, json!({ "array": [1], "field": 2 }), "/field", "must be a text"),
        ]);
    }
}

#[test]
fn a_url_falls_into_its_parts() {
    let parts = |url: &str| result("parse-url", &json!({ "url": url }));
    assert_eq!(
        parts("HTTPS://API.Example.com:8443/v1/a%20b;c?x=1&y=a+b&x=%C3%A9&flag&&e==#top/of?it"),
        json!({
            "scheme": "https", "host": "api.example.com", "port": 8443, "path": "/v1/a%20b;c",
            "query": { "x": ["1", "é"], "y": "a b", "flag": "", "e": "=" },
            "fragment": "top/of?it",
        })
    );
    assert_eq!(
        parts("ipfs://bafy123"),
        json!({
            "scheme": "ipfs", "host": "bafy123", "port": null, "path": "", "query": {},
            "fragment": null,
        })
    );
    assert_eq!(parts("http://[2001:db8::1]/")["host"], "[2001:db8::1]");
    assert_eq!(parts("http://[::1]:80?a")["port"], 80);
    assert_eq!(parts("https://example.com#")["fragment"], "");
    assert_eq!(parts("https://example.com")["port"], 443);
    assert_eq!(parts("wss://example.com:")["port"], 443);
    assert_eq!(parts("https://münchen.example/straße")["host"], "münchen.example");
}

#[test]
fn what_is_no_url_is_refused_and_never_shown() {
    let table = [
        ("example.com/a", "must begin with a scheme"),
        ("/a", "must begin with a scheme"),
        ("mailto:ada@example.com", "must begin with a scheme"),
        ("1http://example.com", "must begin with a scheme"),
        ("https:///path", "it has no host"),
        ("https://:80/", "it has no host"),
        ("https://ada:hunter2@example.com/", "leave them out"),
        ("https://example.com:65536/", "port must be a number"),
        ("https://example.com:+80/", "port must be a number"),
        ("https://[::1/", "no IPv6 address"),
        ("https://[1.2.3.4]/", "no IPv6 address"),
        ("https://[::1]x/", "port must be a number"),
        ("https://exa mple.com/", "encode it with %"),
        ("https://example.com/a\n", "encode it with %"),
        ("https://example.com/%zz", "two hexadecimal digits"),
        ("https://example.com/%4", "two hexadecimal digits"),
        ("https://example.com/?a=%ff", "no UTF-8"),
        ("https:\\\\example.com", "encode it with %"),
    ];
    for (url, reason) in table {
        let message = message("parse-url", &json!({ "url": url }));
        assert!(message.contains(reason) && message.contains("/url"), "{url}: {message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
    let long = json!({ "url": format!("https://example.com/{}", "a".repeat(8_192)) });
    assert!(message("parse-url", &long).contains("more than 8192 bytes"));
    assert_eq!(told("parse-url", &json!({ "url": "example.com" })).len(), 1);
    assert_eq!(told("parse-url", &json!({ "url": "{{$trigger.body.url}}/x y" })), [""; 0]);
}

#[test]
fn a_link_to_a_spreadsheet_says_which_one_it_means() {
    let read = |rest: &str| {
        result(
            "parse-google-sheets-url",
            &json!({ "url": format!("https://docs.google.com{rest}") }),
        )
    };
    let id = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms";
    let expected =
        |gid: Value, sheet: Value| json!({ "spreadsheetId": id, "gid": gid, "sheetId": sheet });
    let table = [
        ("/edit#gid=1234567890", expected(json!("1234567890"), json!(1_234_567_890))),
        ("/edit?gid=7#gid=8", expected(json!("8"), json!(8))),
        ("/edit?usp=sharing&gid=0", expected(json!("0"), json!(0))),
        ("/edit#range=A1:B2&gid=5", expected(json!("5"), json!(5))),
        ("/edit?usp=sharing", expected(json!(null), json!(null))),
        ("", expected(json!(null), json!(null))),
    ];
    for (rest, expected) in table {
        assert_eq!(read(&format!("/spreadsheets/d/{id}{rest}")), expected, "{rest}");
        assert_eq!(read(&format!("/spreadsheets/u/1/d/{id}{rest}")), expected, "{rest}");
    }
}

#[test]
fn a_link_to_something_else_is_refused() {
    let table = [
        ("https://example.com/spreadsheets/d/abc/edit", "docs.google.com"),
        ("ftp://docs.google.com/spreadsheets/d/abc", "docs.google.com"),
        ("https://docs.google.com/document/d/abc/edit", "no spreadsheet"),
        ("https://docs.google.com/spreadsheets/", "no spreadsheet's id"),
        ("https://docs.google.com/spreadsheets/d//edit", "no spreadsheet's id"),
        ("https://docs.google.com/spreadsheets/d/a%20b/edit", "no spreadsheet's id"),
        ("https://docs.google.com/spreadsheets/d/e/2PACX-1/pubhtml", "a published link"),
        ("https://docs.google.com/spreadsheets/d/abc/edit#gid=x", "gid is no number"),
        ("https://docs.google.com/spreadsheets/d/abc/edit?gid=1&gid=", "gid is no number"),
        ("docs.google.com/spreadsheets/d/abc", "must begin with a scheme"),
    ];
    for (url, reason) in table {
        let message = message("parse-google-sheets-url", &json!({ "url": url }));
        assert!(message.contains(reason), "{url}: {message}");
    }
}
