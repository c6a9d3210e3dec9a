#![no_main]

#[path = "../bodies/condition.rs"]
mod condition;

libfuzzer_sys::fuzz_target!(|data: &[u8]| condition::judge(data));
