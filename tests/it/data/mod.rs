//! Tables of organizations: how they are made whatever dies, and the walls around their statements.

mod carrying_out;
mod doors;
mod nodes;
