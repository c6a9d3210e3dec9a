//! The page about access: what people wrote, with the table of roles in its place.

/// `docs/access.md`.
pub fn document() -> String {
    include_str!("access.md").replace("{roles}\n", &super::role::table())
}
