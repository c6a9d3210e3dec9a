use proptest::prelude::*;
use serde_json::json;

use super::ast::{Expression, Step};
use super::parser::parse;
use super::template::{Piece, Placeholders, Template, has_expression, pieces};

fn fault(text: &str) -> (usize, String) {
    let fault = parse(text).expect_err("the expression is faulty");
    (fault.position, fault.message)
}

#[test]
fn literals_keep_their_types() {
    for (text, value) in [
        ("'a \\' b'", json!("a ' b")),
        ("\"}}\"", json!("}}")),
        ("12", json!(12)),
        ("-1.5", json!(-1.5)),
        ("1e3", json!(1000.0)),
        (" true ", json!(true)),
        ("false", json!(false)),
        ("null", json!(null)),
    ] {
        assert_eq!(parse(text), Ok(Expression::Literal(value)), "{text}");
    }
}

#[test]
fn paths_go_by_dots_and_brackets() {
    let Ok(Expression::Reference(reference)) = parse("$trigger.body.rows[2].0.a-b['c d']") else {
        panic!("the path is well formed");
    };
    assert_eq!(
        reference.path,
        [
            Step::key("body"),
            Step::key("rows"),
            Step::Index(2),
            Step::Key { name: "0".into(), index: Some(0) },
            Step::key("a-b"),
            Step::Key { name: "c d".into(), index: None },
        ]
    );
}

#[test]
fn faults_say_where_and_what_to_do() {
    assert_eq!(fault("$trigger.").0, 10);
    assert_eq!(fault("a.result ||").0, 12);
    assert_eq!(fault("a.result 'b'").0, 10);
    assert!(fault("1.2.3").1.contains("goes on"));
    assert!(fault("01").1.contains("not a number"));
    assert!(fault("a").1.contains("a.result"));
    assert!(fault("$triger.body").1.contains("did you mean \"$trigger\"?"));
    assert!(fault(&"a".repeat(9000)).1.contains("longer"));
    assert!(fault(&format!("$inputs{}", ".a".repeat(40))).1.contains("at most 32"));
    assert!(fault(&vec!["1"; 40].join("||")).1.contains("at most 32"));
}

#[test]
fn a_text_is_cut_where_its_expressions_are() {
    let cut = pieces("a {{ '}}' }} b {{@name}} c", Placeholders::Kept).expect("it is well formed");
    assert_eq!(
        cut,
        [
            Piece::Literal("a ".to_owned()),
            Piece::Expression(Expression::Literal(json!("}}"))),
            Piece::Literal(" b ".to_owned()),
            Piece::Placeholder("name".to_owned()),
            Piece::Literal(" c".to_owned()),
        ]
    );
    let position = pieces("héé {{ ? }}", Placeholders::Refused).map_err(|fault| fault.position);
    assert_eq!(position, Err(8));
}

#[test]
fn what_holds_no_expression_is_shared_and_not_copied() {
    let payload = std::sync::Arc::new(json!({ "a": [1, "b", { "c": null }] }));
    let Template::Fixed(shared) = Template::of(&payload) else { panic!("nothing is to fill in") };
    assert!(std::sync::Arc::ptr_eq(&shared, &payload));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        let _ = parse(&text);
        let _ = pieces(&text, Placeholders::Kept);
    }

    #[test]
    fn texts_like_expressions_are_read_or_refused(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "{{", "}}", "$trigger", ".", "body", "[", "]", "0", "-1", "'", "\"", "||", "|",
                "@", "$nodes", "a-b", "result", " ", "\\", "é", "1e999", "null", "🦀",
            ]),
            0..24,
        ),
    ) {
        let text = parts.concat();
        let _ = parse(&text);
        let cut = pieces(&text, Placeholders::Refused);
        prop_assert!(has_expression(&text) || cut.is_ok(), "{text}");
    }
}
