//! Workflows: drafts, versions, and what is done with them.

mod archive;
mod create;
mod diff;
mod discard_draft;
mod edition;
mod get;
mod list;
mod order;
mod pause;
mod pin_outputs;
mod publish;
mod readiness;
mod record;
mod resume;
mod rollback;
mod run;
mod save_draft;
mod simulate;
mod validate;
mod validate_draft;
mod version;
mod versions;
mod what_if;

pub(super) use edition::{Edition, target_of};

pub use archive::{__path_archive, archive};
pub use create::{__path_create, create};
pub use diff::{__path_diff, diff};
pub use discard_draft::{__path_discard_draft, discard_draft};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use pause::{__path_pause, pause};
pub use pin_outputs::{__path_pin_outputs, pin_outputs};
pub use publish::{__path_publish, publish};
pub use readiness::{__path_readiness, readiness};
pub use resume::{__path_resume, resume};
pub use rollback::{__path_rollback, rollback};
pub use run::Started;
pub use run::{__path_run, run};
pub use save_draft::{__path_save_draft, save_draft};
pub use simulate::{__path_simulate, simulate};
pub use validate::{__path_validate, validate};
pub use validate_draft::{__path_validate_draft, validate_draft};
pub use version::{__path_version, version};
pub use versions::{__path_versions, versions};
pub use what_if::{__path_what_if, what_if};
