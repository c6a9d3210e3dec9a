//! Given an organization, when an order comes, then these events or this refusal.

use cqrs_es::Aggregate;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::*;
use crate::access::{InvitationToken, KeyHash, Permission, Permissions, Role, RoleRef};
use crate::primitives::{OrganizationId, RoleId, ServiceAccountId, UserId};

const NOW: OffsetDateTime = datetime!(2026-11-28 10:00 UTC);
const OWNER: RoleRef = RoleRef::BuiltIn(Role::Owner);
const ADMIN: RoleRef = RoleRef::BuiltIn(Role::Admin);
const VIEWER: RoleRef = RoleRef::BuiltIn(Role::Viewer);

struct Stage {
    id: OrganizationId,
    organization: Organization,
    at: OffsetDateTime,
}

impl Stage {
    /// An organization that a person founded.
    fn founded() -> (Self, UserId) {
        let (id, owner) = (OrganizationId::generate(), UserId::generate());
        let mut stage = Self { id, organization: Organization::default(), at: NOW };
        stage.as_admin(Order::Found { name: "Acme".into(), owner: Some(owner) }).expect("founded");
        (stage, owner)
    }

    fn told(&mut self, by: &str, rights: Permissions, order: Order) -> Result<Vec<Event>, Error> {
        let (organization, by, at) = (self.id, by.to_owned(), self.at);
        let events = self.organization.decide(Command { organization, by, rights, at, order })?;
        for event in &events {
            self.organization.apply(event.clone());
        }
        Ok(events)
    }

    fn as_admin(&mut self, order: Order) -> Result<Vec<Event>, Error> {
        self.told("admin", Permissions::ALL, order)
    }

    fn as_member(&mut self, user: UserId, order: Order) -> Result<Vec<Event>, Error> {
        let rights = self.organization.member(user).expect("a member");
        self.told(&user.to_string(), rights, order)
    }

    fn invited(&mut self, by: UserId, email: &str, role: RoleRef, seed: u8) -> KeyHash {
        let (_, token) = InvitationToken::generate(self.id, [seed; 32]);
        let (id, hash) = (token.hash.invitation(), token.hash);
        let order = Order::Invite { id, hash, email: email.to_owned(), role };
        self.as_member(by, order).expect("an invitation");
        hash
    }

    fn accept(&mut self, hash: KeyHash, user: UserId, email: &str) -> Result<Vec<Event>, Error> {
        let (id, email) = (hash.invitation(), email.to_owned());
        let order = Order::Accept { id, hash, user, email };
        self.told(&user.to_string(), Permissions::NONE, order)
    }

    fn joined(&mut self, by: UserId, role: RoleRef, seed: u8) -> UserId {
        let user = UserId::generate();
        let hash = self.invited(by, "eve@example.org", role, seed);
        self.accept(hash, user, "eve@example.org").expect("a member");
        user
    }
}

fn beyond<T: std::fmt::Debug>(refused: Result<T, Error>) -> Permissions {
    let refusal = refused.expect_err("a refusal");
    if let Error::Beyond(permissions) = refusal { permissions } else { panic!("{refusal}") }
}

#[test]
fn an_organization_is_founded_once_and_one_that_was_not_is_none() {
    let (mut stage, owner) = Stage::founded();
    let again = Order::Found { name: "Acme".into(), owner: None };
    assert_eq!(stage.as_admin(again.clone()), Err(Error::Exists));
    assert_eq!(stage.organization.member(owner), Some(Permissions::ORGANIZATION));
    let mut nowhere =
        Stage { id: OrganizationId::generate(), organization: Organization::default(), at: NOW };
    assert_eq!(nowhere.as_admin(Order::Rename("A".into())), Err(Error::Unknown));
    nowhere.id = OrganizationId::DEFAULT;
    assert_eq!(nowhere.as_admin(again), Err(Error::Exists));
    assert_eq!(nowhere.as_admin(Order::Rename("A".into())).map(|it| it.len()), Ok(1));
}

#[test]
fn an_invitation_makes_one_member_once_within_a_week() {
    let (mut stage, owner) = Stage::founded();
    let (first, second) = (UserId::generate(), UserId::generate());
    let hash = stage.invited(owner, "Ada@Example.org", VIEWER, 1);
    let gone = Err(Error::NoSuchInvitation);
    assert_eq!(stage.accept(hash, first, "mallory@example.org"), gone, "it is for another");
    let (_, forged) = InvitationToken::generate(stage.id, [9; 32]);
    assert_eq!(stage.accept(forged.hash, first, "ada@example.org"), gone, "none was made so");
    assert!(stage.accept(hash, first, "ada@example.org").is_ok());
    assert_eq!(stage.accept(hash, second, "ada@example.org"), gone, "it was used");

    let hash = stage.invited(owner, "bob@example.org", VIEWER, 2);
    stage.at += Duration::days(7);
    assert_eq!(stage.accept(hash, second, "bob@example.org"), gone, "it has expired");
    let hash = stage.invited(owner, "bob@example.org", VIEWER, 3);
    stage.as_member(owner, Order::RevokeInvitation(hash.invitation())).expect("revoked");
    assert_eq!(stage.accept(hash, second, "bob@example.org"), gone, "it was revoked");
    assert_eq!(stage.organization.members.len(), 2);
}

#[test]
fn who_is_removed_invites_nobody_any_more() {
    let (mut stage, owner) = Stage::founded();
    let admin = stage.joined(owner, ADMIN, 1);
    let hash = stage.invited(admin, "accomplice@example.org", ADMIN, 2);
    stage.as_member(owner, Order::RemoveMember(admin)).expect("removed");
    let accomplice = UserId::generate();
    let refused = stage.accept(hash, accomplice, "accomplice@example.org");
    assert_eq!(refused, Err(Error::NoSuchInvitation));
}

#[test]
fn nobody_gives_what_he_does_not_have() {
    let (mut stage, owner) = Stage::founded();
    let admin = stage.joined(owner, ADMIN, 1);
    let manage = Permissions::of(&[
        Permission::OrganizationManage,
        Permission::RetentionManage,
        Permission::HoldsManage,
    ]);
    let all = Permissions::ORGANIZATION;
    let (id, hash) = (KeyHash::of("t").invitation(), KeyHash::of("t"));
    let invite = Order::Invite { id, hash, email: "a@b".into(), role: OWNER };
    assert_eq!(beyond(stage.as_member(admin, invite)), manage);
    let role = |permissions| Order::DefineRole {
        id: RoleId::generate(),
        name: "Boss".into(),
        permissions,
    };
    assert_eq!(beyond(stage.as_member(admin, role(all))), manage);
    let myself = Order::ChangeMember { user: admin, role: OWNER };
    assert_eq!(beyond(stage.as_member(admin, myself)), manage);
    let account = Order::AddAccount {
        id: ServiceAccountId::generate(),
        name: "bot".into(),
        description: None,
        permissions: all,
    };
    assert_eq!(beyond(stage.as_member(admin, account)), manage);
    // Nor does the installation's own permission go to anybody, whoever gives it.
    stage.as_admin(role(Permissions::ALL)).expect("a role");
    let role = stage.organization.roles.values().next().expect("the role");
    assert_eq!(role.permissions(), all);
}

#[test]
fn nobody_takes_from_those_who_have_more() {
    let (mut stage, owner) = Stage::founded();
    let admin = stage.joined(owner, ADMIN, 1);
    let second = stage.joined(owner, OWNER, 2);
    for order in [Order::RemoveMember(second), Order::ChangeMember { user: second, role: VIEWER }] {
        beyond(stage.as_member(admin, order));
    }
    let id = RoleId::generate();
    let permissions = Permissions::of(&[Permission::OrganizationManage]);
    stage
        .as_member(owner, Order::DefineRole { id, name: "Boss".into(), permissions })
        .expect("a role");
    let weaker = Order::ChangeRole { id, name: None, permissions: Some(Permissions::NONE) };
    beyond(stage.as_member(admin, weaker));
    beyond(stage.as_member(admin, Order::RemoveRole(id)));
}

#[test]
fn the_last_owner_stays_one() {
    let (mut stage, owner) = Stage::founded();
    let last = Err(Error::LastOwner);
    assert_eq!(stage.as_member(owner, Order::Leave(owner)), last);
    assert_eq!(stage.as_admin(Order::RemoveMember(owner)), last);
    assert_eq!(stage.as_admin(Order::ChangeMember { user: owner, role: ADMIN }), last);
    let second = stage.joined(owner, OWNER, 1);
    assert!(stage.as_member(owner, Order::Leave(owner)).is_ok());
    assert_eq!(stage.as_member(second, Order::Leave(second)), last);
}

#[test]
fn a_role_that_somebody_holds_stays_and_changes_for_all_who_hold_it() {
    let (mut stage, owner) = Stage::founded();
    let (id, read) = (RoleId::generate(), Permissions::of(&[Permission::RunsRead]));
    let define = |name: &str| Order::DefineRole { id, name: name.into(), permissions: read };
    for taken in ["owner", "Viewer"] {
        assert!(matches!(stage.as_admin(define(taken)), Err(Error::NameTaken(_))), "{taken}");
    }
    stage.as_admin(define("Auditor")).expect("a role");
    let member = stage.joined(owner, RoleRef::Custom(id), 1);
    assert_eq!(stage.as_admin(Order::RemoveRole(id)), Err(Error::RoleInUse));
    let none = Order::ChangeRole { id, name: None, permissions: Some(Permissions::NONE) };
    stage.as_admin(none).expect("a change");
    assert_eq!(stage.organization.member(member), Some(Permissions::NONE));
    stage.as_admin(Order::ChangeMember { user: member, role: VIEWER }).expect("a change");
    assert!(stage.as_admin(Order::RemoveRole(id)).is_ok());
}

#[test]
fn names_and_addresses_lie_in_no_log() {
    let (mut stage, _) = Stage::founded();
    for text in ["", "   ", "a\r\nSet-Cookie: b", "\u{1b}[2J", "a\0b", &"a".repeat(101)] {
        assert_eq!(stage.as_admin(Order::Rename(text.into())), Err(Error::Name), "{text:?}");
    }
    for email in ["", "ada", "@b", "a@", "a b@c", "a@b\r\nBcc: c", "a@b@c"] {
        let (id, hash) = (KeyHash::of("t").invitation(), KeyHash::of("t"));
        let invite = Order::Invite { id, hash, email: email.into(), role: VIEWER };
        assert_eq!(stage.as_admin(invite), Err(Error::Email), "{email:?}");
    }
}

#[test]
fn there_are_only_so_many_of_each() {
    let (mut stage, owner) = Stage::founded();
    for number in 0..MAX_ROLES {
        let (id, name) = (RoleId::generate(), format!("role {number}"));
        let order = Order::DefineRole { id, name, permissions: Permissions::NONE };
        stage.as_admin(order).expect("a role");
    }
    let (id, name) = (RoleId::generate(), "one more".to_owned());
    let order = Order::DefineRole { id, name, permissions: Permissions::NONE };
    assert_eq!(stage.as_admin(order), Err(Error::Roles));
    for number in 0..MAX_INVITATIONS {
        stage.invited(owner, "a@b", VIEWER, u8::try_from(number).expect("few"));
    }
    let (id, hash) = (KeyHash::of("t").invitation(), KeyHash::of("t"));
    let more = Order::Invite { id, hash, email: "a@b".into(), role: VIEWER };
    assert_eq!(stage.as_admin(more.clone()), Err(Error::Invitations));
    stage.at += Duration::days(8);
    assert!(stage.as_admin(more).is_ok(), "those that have expired do not count");
    assert_eq!(stage.organization.invitations.len(), 1);
}
