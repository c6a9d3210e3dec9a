//! Months of runs that leave the database, against a real PostgreSQL and a real notary: what was there is there, and what
//! is deleted was ordered to be.
#![expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]

mod dying;
mod leaving;
mod letting_go;
mod shredding;
mod stage;

pub(crate) use letting_go::settled;
pub(crate) use stage::Stage;
