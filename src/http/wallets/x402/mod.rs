//! Money for HTTP requests (x402): the endpoints that an organization pays, what it paid, and what it was paid.

mod calling;
mod endpoints;
mod payments;
mod record;
mod sales;

pub use calling::{__path_execute, __path_probe, __path_test, execute, probe, test};
pub use endpoints::{
    __path_create, __path_get, __path_list, __path_remove, create, get, list, remove,
};
pub use payments::{__path_get_payment, __path_list_payments, get_payment, list_payments};
pub use sales::{__path_get_sale, __path_list_sales, get_sale, list_sales};
