//! JSON pointers (RFC 6901): where in a value something is.

/// Goes one step further: adds a name or an index, escaped.
pub fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    for letter in token.chars() {
        match letter {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// The place one step below another one.
pub fn below(base: &str, token: &str) -> String {
    let mut pointer = String::with_capacity(base.len() + token.len() + 1);
    pointer.push_str(base);
    push(&mut pointer, token);
    pointer
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pointer_finds_what_it_was_made_for_whatever_the_names_are() {
        let value = json!({"a/b": {"~1": [{"": "here"}]}});
        let mut pointer = below(&below("", "a/b"), "~1");
        push(&mut pointer, "0");
        push(&mut pointer, "");
        assert_eq!(pointer, "/a~1b/~01/0/");
        assert_eq!(value.pointer(&pointer), Some(&json!("here")));
    }
}
