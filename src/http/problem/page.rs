//! The page of problems, made of their table.

use super::table::{ALL, entry};

/// The page that `docs/problems.md` holds.
pub fn documentation() -> String {
    use std::fmt::Write;
    let mut page = String::from(
        "# Problems\n\nGenerated from `src/http/problem/table.rs`; `UPDATE=1 cargo test contracts` rewrites it.\n\n\
         Every refusal is `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail`, and also \
         `code`, `message`, `requestId` and `details: [{path, nodeId?, code?, message}]`. \
         `type` is `/problems/<code>`; each code has its heading here.\n",
    );
    for &code in ALL {
        let entry = entry(code);
        write!(
            page,
            "\n## {}\n\n**{}** · {}\n\n{}\n",
            entry.code, entry.status, entry.title, entry.cure
        )
        .expect("writing to a String does not fail");
    }
    page
}
