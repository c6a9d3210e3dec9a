//! Stories from beginning to end, through the API of a whole house.

mod tasks;
