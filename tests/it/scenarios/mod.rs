//! Stories from beginning to end, through the API of a whole house.

mod events;
mod tasks;
