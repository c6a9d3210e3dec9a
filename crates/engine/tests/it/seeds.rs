//! The seeds of fuzzing, and whatever it once found, judged as the fuzzer judges them.

use std::fs;
use std::path::Path;

#[path = "../../../../fuzz/bodies/condition.rs"]
mod condition;
#[path = "../../../../fuzz/bodies/definition.rs"]
mod definition;
#[path = "../../../../fuzz/bodies/expression.rs"]
mod expression;

#[test]
fn seeds_of_expressions_are_judged() {
    replay("expression", expression::judge);
}

#[test]
fn seeds_of_conditions_are_judged() {
    replay("condition", condition::judge);
}

#[test]
fn seeds_of_definitions_are_judged() {
    replay("definition", definition::judge);
}

fn replay(target: &str, judge: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut count = 0;
    for entry in fs::read_dir(&corpus).expect("the corpus is committed") {
        let path = entry.expect("the corpus can be listed").path();
        eprintln!("{}", path.display());
        judge(&fs::read(path).expect("a seed can be read"));
        count += 1;
    }
    assert!(count >= 10, "{target} has {count} seeds");
}
