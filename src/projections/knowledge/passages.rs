//! A text in passages.

/// How many bytes a passage has at most: some paragraphs, which a person reads at a glance.
const PASSAGE: usize = 4 * 1024;

/// The passages of a text, in order: all of it, each cut where a paragraph, a line or a word ends.
pub(super) fn passages(text: &str) -> Vec<&str> {
    let mut passages = Vec::new();
    let mut rest = text;
    while rest.len() > PASSAGE {
        let most = rest.floor_char_boundary(PASSAGE);
        let (_, later) = rest[..most].split_at(rest.floor_char_boundary(most / 2));
        let begun = most - later.len();
        let end = ["\n\n", "\n", " "]
            .into_iter()
            .find_map(|border| later.rfind(border).map(|at| begun + at + border.len()))
            .unwrap_or(most);
        passages.push(&rest[..end]);
        rest = &rest[end..];
    }
    passages.push(rest);
    passages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_are_the_text_cut_where_something_ends() {
        let text = format!("{}\n\n{}", "word ".repeat(700), "é".repeat(5_000));
        let cut = passages(&text);
        assert_eq!(cut.concat(), text);
        assert!(cut.iter().all(|passage| passage.len() <= PASSAGE));
        assert!(cut[0].ends_with("\n\n") && cut.len() >= 3);
        assert_eq!(passages("short"), ["short"]);
    }
}
