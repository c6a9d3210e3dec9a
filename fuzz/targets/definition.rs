#![no_main]

#[path = "../bodies/definition.rs"]
mod definition;

libfuzzer_sys::fuzz_target!(|data: &[u8]| definition::judge(data));
