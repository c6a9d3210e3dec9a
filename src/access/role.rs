//! Which role may do what: one table, and the roles that organizations make for themselves.

use std::fmt;
use std::str::FromStr;

use super::permission::{Permission, Permissions};
use crate::primitives::RoleId;

/// The roles that every organization has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Everything that an organization can give. There is always one who has it.
    Owner,
    /// Everything but what concerns the organization itself and its owners.
    Admin,
    /// Builds workflows and what belongs to them.
    Developer,
    /// Runs what others have built.
    Operator,
    /// Sees, and changes nothing.
    Viewer,
}

impl Role {
    /// All of them, from the one with most permissions on.
    pub const ALL: [Self; 5] =
        [Self::Owner, Self::Admin, Self::Developer, Self::Operator, Self::Viewer];

    /// How it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Developer => "developer",
            Self::Operator => "operator",
            Self::Viewer => "viewer",
        }
    }

    /// What its holders may do.
    pub fn permissions(self) -> Permissions {
        let held = TABLE.iter().filter(|(_, roles)| roles[self as usize]);
        held.map(|(permission, _)| *permission).collect()
    }
}

macro_rules! table {
    ($($permission:ident $owner:ident $admin:ident $developer:ident $operator:ident $viewer:ident;)*) => {
        /// Who holds which permission, in the order of [`Role::ALL`]: a line each.
        const TABLE: &[(Permission, [bool; 5])] = &[$((
            Permission::$permission,
            [held!($owner), held!($admin), held!($developer), held!($operator), held!($viewer)],
        )),*];
    };
}

macro_rules! held {
    (yes) => {
        true
    };
    (no) => {
        false
    };
}

// A permission that no line names is held by nobody, and a test fails.
table! {
    //                  owner admin developer operator viewer
    WorkflowsRead       yes   yes   yes       yes      yes;
    WorkflowsWrite      yes   yes   yes       no       no;
    WorkflowsPublish    yes   yes   yes       yes      no;
    WorkflowsApprove    yes   yes   yes       yes      no;
    WorkflowsRun        yes   yes   yes       yes      no;
    TemplatesRead       yes   yes   yes       yes      yes;
    TemplatesWrite      yes   yes   yes       no       no;
    InterfacesRead      yes   yes   yes       yes      yes;
    InterfacesWrite     yes   yes   yes       no       no;
    ActionsRun          yes   yes   yes       no       no;
    RunsRead            yes   yes   yes       yes      yes;
    RunsManage          yes   yes   yes       yes      no;
    TasksRead           yes   yes   yes       yes      yes;
    TasksWrite          yes   yes   yes       yes      no;
    TasksManage         yes   yes   no        yes      no;
    EventsRead          yes   yes   yes       yes      yes;
    EventsPublish       yes   yes   yes       yes      no;
    EventsManage        yes   yes   yes       no       no;
    StorageRead         yes   yes   yes       yes      yes;
    StorageWrite        yes   yes   yes       no       no;
    TestsRead           yes   yes   yes       yes      yes;
    TestsWrite          yes   yes   yes       no       no;
    TestsRun            yes   yes   yes       yes      no;
    UsageRead           yes   yes   yes       yes      yes;
    SchemasRead         yes   yes   yes       yes      yes;
    SchemasWrite        yes   yes   yes       no       no;
    ConnectorsRead      yes   yes   yes       yes      yes;
    ConnectorsWrite     yes   yes   yes       no       no;
    AssistantRun        yes   yes   yes       yes      no;
    WalletsRead         yes   yes   yes       yes      yes;
    WalletsManage       yes   yes   no        no       no;
    WalletsApprove      yes   yes   yes       yes      no;
    PoliciesRead        yes   yes   yes       yes      yes;
    PoliciesManage      yes   yes   no        no       no;
    DataRead            yes   yes   yes       yes      yes;
    DataWrite           yes   yes   yes       no       no;
    DataManage          yes   yes   yes       no       no;
    OrganizationRead    yes   yes   yes       yes      yes;
    OrganizationManage  yes   no    no        no       no;
    MembersManage       yes   yes   no        no       no;
    KeysRead            yes   yes   yes       no       no;
    KeysManage          yes   yes   no        no       no;
    AuditRead           yes   yes   no        no       no;
    RetentionManage     yes   no    no        no       no;
    HoldsManage         yes   no    no        no       no;
    InstallationManage  no    no    no        no       no;
}

/// A role by its name: one that every organization has, or one that it made for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoleRef {
    /// A role that every organization has.
    BuiltIn(Role),
    /// A role of the organization's own.
    Custom(RoleId),
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be owner, admin, developer, operator, viewer, or the id of a role, `role_…`")]
pub struct UnknownRole;

impl fmt::Display for RoleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(role) => f.write_str(role.name()),
            Self::Custom(id) => id.fmt(f),
        }
    }
}

impl FromStr for RoleRef {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let built_in = Role::ALL.into_iter().find(|role| role.name() == text);
        match built_in {
            Some(role) => Ok(Self::BuiltIn(role)),
            None => text.parse().map(Self::Custom).map_err(|_| UnknownRole),
        }
    }
}

impl serde::Serialize for RoleRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for RoleRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The table as the documentation shows it.
pub(super) fn table() -> String {
    let names = Role::ALL.map(Role::name).join(" | ");
    let head =
        format!("| permission | {names} | what it allows |\n|---|:-:|:-:|:-:|:-:|:-:|---|\n");
    let line = |(permission, roles): &(Permission, [bool; 5])| {
        let marks = roles.map(|held| if held { "✓" } else { "" }).join(" | ");
        format!("| `{permission}` | {marks} | {} |\n", permission.meaning())
    };
    TABLE.iter().map(line).fold(head, |table, line| table + &line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_has_one_line_in_the_table_of_roles() {
        for permission in Permission::ALL {
            let lines = TABLE.iter().filter(|(listed, _)| listed == permission).count();
            assert_eq!(
                lines, 1,
                "`{permission}` needs one line in the table of src/access/role.rs, which says which \
                 roles hold it; then UPDATE=1 on the tests of contracts writes docs/access.md"
            );
        }
    }

    #[test]
    fn an_owner_holds_all_that_an_organization_can_give_and_nobody_more() {
        assert_eq!(Role::Owner.permissions(), Permissions::ORGANIZATION);
        for role in Role::ALL {
            let beyond = role.permissions().beyond(Permissions::ORGANIZATION);
            assert!(beyond.is_empty(), "{role:?}: {beyond:?}");
        }
    }

    #[test]
    fn each_role_holds_what_a_viewer_holds_and_a_viewer_only_reads() {
        let viewer = Role::Viewer.permissions();
        for role in Role::ALL {
            assert!(viewer.beyond(role.permissions()).is_empty(), "{role:?}");
        }
        assert!(viewer.iter().all(|permission| permission.name().ends_with(":read")));
    }

    #[test]
    fn a_role_reads_back_from_its_name() {
        let own = RoleRef::Custom(RoleId::generate());
        for role in Role::ALL.into_iter().map(RoleRef::BuiltIn).chain([own]) {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        assert_eq!("root".parse::<RoleRef>(), Err(UnknownRole));
    }
}
