//! Which events an auditor is shown, and what of them.

/// How an event gets into the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Somebody did it, and was allowed to.
    Deed,
    /// Somebody tried it, and was not let.
    Attempt,
    /// It was refused at the door.
    Refusal,
    /// A language model was asked.
    Question,
    /// It is no business of an auditor.
    Nothing,
}

/// The events that are shown, by aggregate: a deed that is to be in the log is a line here.
const DEEDS: &[(&str, &[&str])] = &[
    (
        "organization",
        &[
            "founded",
            "renamed",
            "role_defined",
            "role_changed",
            "role_removed",
            "invited",
            "invitation_revoked",
            "joined",
            "member_changed",
            "member_removed",
            "left",
            "service_account_added",
            "service_account_changed",
            "service_account_removed",
        ],
    ),
    ("api_key", &["issued", "revoked"]),
    (
        "user",
        &[
            "registered",
            "password_set",
            "login_failed",
            "logged_in",
            "sessions_revoked",
            "totp_enrolled",
            "totp_confirmed",
            "totp_removed",
            "suspended",
            "restored",
            "reset_issued",
        ],
    ),
    ("session", &["reused", "closed"]),
    ("token_keys", &["added", "retired"]),
    (
        "connector",
        &[
            "connected",
            "renamed",
            "credentials_replaced",
            "shared",
            "owner_changed",
            "authorized",
            "disconnected",
        ],
    ),
    (
        "workflow",
        &[
            "published",
            "rolled_back",
            "paused",
            "resumed",
            "archived",
            "limits_set",
            "review_requested",
            "draft_approved",
            "draft_rejected",
        ],
    ),
    ("policy", &["review_required", "review_waived", "definitions_required", "definitions_waived"]),
    ("signing_policy", &["defined", "mode_set", "removed", "withdrawn", "delay_set"]),
    ("event_definition", &["defined", "status_changed"]),
    ("chain_endpoints", &["named", "removed"]),
    ("wallets", &["added", "renamed", "made_default", "archived", "restored"]),
    ("wallet_floor", &["set", "removed", "balance_low", "balance_recovered"]),
    ("paid_endpoints", &["tried", "added", "removed"]),
    (
        "event_subscriptions",
        &["subscribed", "status_changed", "changed", "secret_rotated", "removed"],
    ),
    (
        "execution_hooks",
        &[
            "created",
            "changed",
            "enabled",
            "disabled",
            "secret_regenerated",
            "replay_ordered",
            "redelivery_ordered",
            "test_ordered",
            "removed",
        ],
    ),
    ("event_sequences", &["defined", "retired"]),
    ("sequence_instance", &["retried", "abandoned"]),
    ("blueprint", &["created", "revised", "retired"]),
    ("ui_component", &["created", "revised", "retired"]),
    ("table", &["created", "column_removed", "dropped"]),
    (
        "retention",
        &[
            "policy_set",
            "hold_placed",
            "segment_let_go",
            "subject_shredding_ordered",
            "subject_shredded",
            "hold_lifted",
        ],
    ),
    ("segment", &["sealed", "detached", "deleted"]),
    ("account", &["metered", "unmetered", "topped_up", "granted"]),
];

/// Those of them that came to nothing.
const ATTEMPTS: &[(&str, &str)] = &[("user", "login_failed"), ("session", "reused")];

/// The fields of a deed that are shown beside who did it. No secret, and no hash of one, is in any
/// of them; whatever is not named here stays on the ledger.
pub(super) const SHOWN: &[&str] = &[
    "name",
    "description",
    "owner",
    "role",
    "roleId",
    "permissions",
    "email",
    "userId",
    "sessionId",
    "factor",
    "from",
    "lockedUntil",
    "believedUntil",
    "invitationId",
    "serviceAccountId",
    "scopes",
    "expiresAt",
    "version",
    "fromVersion",
    "reason",
    "units",
    "reference",
    "plan",
    "kind",
    "visibility",
    "chainId",
    "hosts",
    "walletId",
    "address",
    "backend",
    "provenance",
    "floor",
    "balance",
    "deleteAfterDays",
    "effectiveAt",
    "holdId",
    "scope",
    "month",
    "part",
    "events",
    "runs",
    "afterDays",
    "settledBy",
    "model",
    "messages",
];

/// How an event of this type of this aggregate gets into the log.
pub(super) fn kind(aggregate: &str, event: &str) -> Kind {
    if aggregate == crate::aggregates::audit::TYPE {
        return if event == "assistant_asked" { Kind::Question } else { Kind::Refusal };
    }
    let listed = DEEDS.iter().find(|(known, _)| *known == aggregate);
    if listed.is_some_and(|(_, events)| events.contains(&event)) {
        if ATTEMPTS.contains(&(aggregate, event)) { Kind::Attempt } else { Kind::Deed }
    } else {
        Kind::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregates::{
        account, api_key, blueprint, chain_endpoints, connector, event_definition, event_sequences,
        event_subscriptions, execution_hooks, organization, paid_endpoints, policy, retention,
        segment, sequence_instance, session, signing_policy, table, token_keys, ui_component, user,
        wallet_floor, wallets, workflow,
    };

    #[test]
    fn every_event_that_is_shown_is_one() {
        for (aggregate, events) in DEEDS {
            let names: &[&str] = match *aggregate {
                "organization" => &organization::Event::NAMES,
                "api_key" => &api_key::Event::NAMES,
                "user" => &user::Event::NAMES,
                "session" => &session::Event::NAMES,
                "token_keys" => &token_keys::Event::NAMES,
                "workflow" => &workflow::Event::NAMES,
                "account" => &account::Event::NAMES,
                "connector" => &connector::Event::NAMES,
                "policy" => &policy::Event::NAMES,
                "signing_policy" => &signing_policy::Event::NAMES,
                "event_definition" => &event_definition::Event::NAMES,
                "event_subscriptions" => &event_subscriptions::Event::NAMES,
                "execution_hooks" => &execution_hooks::Event::NAMES,
                "chain_endpoints" => &chain_endpoints::Event::NAMES,
                "wallets" => &wallets::Event::NAMES,
                "wallet_floor" => &wallet_floor::Event::NAMES,
                "paid_endpoints" => &paid_endpoints::Event::NAMES,
                "event_sequences" => &event_sequences::Event::NAMES,
                "sequence_instance" => &sequence_instance::Event::NAMES,
                "blueprint" => &blueprint::Event::NAMES,
                "table" => &table::Event::NAMES,
                "retention" => &retention::Event::NAMES,
                "segment" => &segment::Event::NAMES,
                "ui_component" => &ui_component::Event::NAMES,
                other => panic!("name the events of {other} in this test"),
            };
            for event in *events {
                assert!(names.contains(event), "{aggregate} has no event {event}");
            }
        }
    }

    #[test]
    fn every_event_of_an_organization_is_shown() {
        for event in organization::Event::NAMES {
            assert_eq!(kind("organization", event), Kind::Deed, "{event}");
        }
        assert_eq!(kind("api_key", "used"), Kind::Nothing);
        assert_eq!(kind("run", "started"), Kind::Nothing);
    }

    #[test]
    fn nothing_that_is_shown_sounds_like_a_secret() {
        for field in SHOWN {
            let small = field.to_lowercase();
            for word in ["hash", "secret", "token", "key", "password", "definition"] {
                assert!(!small.contains(word), "{field}");
            }
        }
    }
}
