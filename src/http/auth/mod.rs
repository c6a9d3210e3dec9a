//! Logging in, going on, logging out; passwords and second factors. None of these takes an
//! `Idempotency-Key`: their answers hold secrets, which are kept nowhere.

mod accept_invitation;
mod change_password;
mod confirm_totp;
mod end_session;
mod enrol_totp;
mod jwks;
mod login;
mod logout;
mod organizations;
mod record;
mod refresh;
mod register;
mod remove_totp;
mod reset_password;
mod sessions;
mod stream_ticket;
mod stream_token;
mod whoami;

pub use accept_invitation::{__path_accept_invitation, accept_invitation};
pub use change_password::{__path_change_password, change_password};
pub use confirm_totp::{__path_confirm_totp, confirm_totp};
pub use end_session::{__path_end_session, end_session};
pub use enrol_totp::{__path_enrol_totp, enrol_totp};
pub use jwks::{__path_jwks, jwks};
pub use login::{__path_login, login};
pub use logout::{__path_logout, logout};
pub use organizations::{__path_organizations, organizations};
pub use refresh::{__path_refresh, refresh};
pub use register::{__path_register, register};
pub use remove_totp::{__path_remove_totp, remove_totp};
pub use reset_password::{__path_reset_password, reset_password};
pub use sessions::{__path_sessions, sessions};
pub use stream_ticket::{__path_stream_ticket, stream_ticket};
pub use stream_token::{__path_stream_token, stream_token};
pub use whoami::{__path_whoami, whoami};
