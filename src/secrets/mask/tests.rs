//! Whatever a program makes of a secret, it does not come through.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use proptest::prelude::*;
use serde_json::json;

use super::{Mask, MaskedStream, masked_by_all};
use crate::primitives::hex;

const SECRET: &str = "sk-7/Zq+\"tö&x'9~*";

fn mask() -> Mask {
    Mask::of([SECRET])
}

#[test]
fn a_secret_is_covered_in_every_form_that_programs_give_it() {
    let quoted = json!(SECRET).to_string();
    let form: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let forms = [
        SECRET.to_owned(),
        quoted.clone(),
        json!(quoted).to_string(),
        quoted.replace('/', "\\/"),
        quoted.replace('ö', "\\u00f6"),
        quoted.replace('ö', "\\u00F6"),
        hex(SECRET.as_bytes()),
        hex(SECRET.as_bytes()).to_uppercase(),
        form.clone(),
        form.to_lowercase().replace("zq", "Zq"),
        SECRET.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02x}")),
        SECRET.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;"),
    ];
    for form in forms {
        let told = mask().text(&format!("<{form}>")).into_owned();
        assert!(told.starts_with('<') && told.contains("[masked]"), "{form} gives {told}");
        assert!(told.len() <= "<\"\\\"[masked]\\\"\">".len(), "{form} gives {told}");
    }
}

#[test]
fn base64_is_covered_wherever_the_secret_stands_in_it() {
    for before in 0..7 {
        for behind in 0..4 {
            let text = format!("{}{SECRET}{}", "u".repeat(before), "v".repeat(behind));
            for encoded in [STANDARD.encode(&text), URL_SAFE.encode(&text)] {
                let told = mask().text(&encoded).into_owned();
                assert!(told.contains("[masked]"), "{text}");
                // At most a character of either side holds some bits of it.
                let longest = (before * 8).div_ceil(6) + (behind * 8).div_ceil(6) + 1 + 2;
                assert!(told.len() - "[masked]".len() <= longest, "{text} gives {told}");
            }
        }
    }
}

#[test]
fn each_line_of_a_key_is_a_secret_and_its_frame_is_none() {
    let pem = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n";
    let mask = Mask::of([pem]);
    assert_eq!(mask.text("x hkiG9w0BAQEFAASC y"), "x [masked] y");
    assert_eq!(mask.text("-----BEGIN KEY-----"), "-----BEGIN KEY-----");
    assert_eq!(mask.text(pem), "[masked]");
}

#[test]
fn json_is_covered_in_names_texts_and_numbers_at_any_depth() {
    let mask = Mask::of(["8675309", "hunter2hunter2"]);
    let echoed = json!({
        "a": [{ "hunter2hunter2": 1, "x hunter2hunter2": 2 }, 8_675_309, 18_675_309.5, true],
        "[masked]": null,
    });
    let told = mask.json(&echoed).unwrap();
    assert_eq!(
        told,
        json!({
            "a": [{ "[masked]": 1, "x [masked]": 2 }, "[masked]", "1[masked].5", true],
            "[masked]": null,
        })
    );
    assert_eq!(mask.json(&json!({ "a": 5 })), None);
}

#[test]
fn secrets_that_overlap_leave_no_end_of_one_behind() {
    let mask = Mask::of(["abcdefgh", "efghijkl", "ijklmnop"]);
    assert_eq!(mask.text("<abcdefghijklmnop>"), "<[masked]>");
}

#[test]
fn what_is_too_short_is_left_alone() {
    assert_eq!(Mask::of(["12345", ""]).text("12345"), "12345");
    assert_eq!(Mask::none().text("anything"), "anything");
}

#[test]
fn the_log_is_covered_as_long_as_a_secret_is_in_use() {
    let mask = Mask::of(["in-use-for-a-while"]);
    assert_eq!(&*masked_by_all(b"say in-use-for-a-while"), b"say [masked]");
    drop(mask);
    assert_eq!(&*masked_by_all(b"say in-use-for-a-while"), b"say in-use-for-a-while");
}

proptest! {
    #[test]
    fn a_stream_tells_what_the_whole_would_wherever_it_is_cut(
        pieces in prop::collection::vec(
            prop_oneof![Just("abcdef"), Just("abc"), Just("def"), Just("defabc"), Just("x")], 0..12),
        cuts in prop::collection::vec(0_usize..8, 0..20),
    ) {
        let mask = Mask::of(["abcdef", "defabcde"]);
        let whole = pieces.concat();
        let mut stream = MaskedStream::new(mask.clone());
        let (mut told, mut rest) = (Vec::new(), whole.as_bytes());
        for cut in cuts {
            let (piece, behind) = rest.split_at(cut.min(rest.len()));
            told.extend(stream.push(piece));
            rest = behind;
        }
        told.extend(stream.push(rest));
        told.extend(stream.finish());
        let told = String::from_utf8(told).unwrap();
        prop_assert_eq!(told, mask.text(&whole).into_owned());
    }
}
