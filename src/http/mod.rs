//! The edge: HTTP in, orders and questions on, answers out.

pub mod answer;
pub mod extract;
pub mod middleware;
pub mod problem;
pub mod problem_table;
pub mod routes;
