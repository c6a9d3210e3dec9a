//! What may be done: one name a permission, and sets of them.

use std::fmt;
use std::str::FromStr;

/// A text that names no permission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no permission: docs/access.md lists them")]
pub struct UnknownPermission(pub String);

macro_rules! permissions {
    ($($name:ident = $text:literal, $meaning:literal;)*) => {
        /// Something that may be done: `resource:action`. Every route names the one it wants.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission {
            $(#[doc = $meaning] $name,)*
        }

        impl Permission {
            /// Every permission, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// How it is written: in roles, keys, refusals and documents.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// What its holder may do, in words.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => $meaning,)*
                }
            }
        }
    };
}

permissions! {
    WorkflowsRead = "workflows:read", "See workflows, their versions and tests against them";
    WorkflowsWrite = "workflows:write", "Create workflows, change drafts, archive";
    WorkflowsPublish = "workflows:publish", "Publish, roll back, pause and resume workflows";
    WorkflowsApprove = "workflows:approve", "Approve and reject the drafts of others";
    WorkflowsRun = "workflows:run", "Start runs of workflows";
    TemplatesRead = "templates:read", "See templates and blocks";
    TemplatesWrite = "templates:write", "Create, change and retire templates and blocks, public ones included";
    InterfacesRead = "interfaces:read", "See interfaces: forms for tasks and views of runs";
    InterfacesWrite = "interfaces:write", "Create, change and retire interfaces";
    ActionsRun = "actions:run", "Run a single action, or a definition that is not published";
    RunsRead = "runs:read", "See runs, their events and streams, and what happens";
    RunsManage = "runs:manage", "Cancel, pause, resume, signal, retry and re-run runs";
    TasksRead = "tasks:read", "See tasks";
    TasksWrite = "tasks:write", "Claim, release, complete and reject tasks";
    TasksManage = "tasks:manage", "Assign and cancel the tasks of others";
    EventsRead = "events:read", "See published events";
    EventsPublish = "events:publish", "Publish events that runs wait for";
    EventsManage = "events:manage", "Define events, subscribe endpoints to them, deal with what was not delivered";
    StorageRead = "storage:read", "See what workflows keep between their runs";
    StorageWrite = "storage:write", "Change what workflows keep between their runs";
    TestsRead = "tests:read", "See tests of workflows and their results";
    TestsWrite = "tests:write", "Create, change and delete tests of workflows";
    TestsRun = "tests:run", "Run tests of workflows";
    UsageRead = "usage:read", "See compute units: what was used and what is left";
    SchemasRead = "schemas:read", "See schemas, and hold values against them";
    SchemasWrite = "schemas:write", "Register schemas, add versions, deprecate them";
    ConnectorsRead = "connectors:read", "See connectors and endpoints of chains: their names, their state, what is no secret of them";
    ConnectorsWrite = "connectors:write", "Connect, test, replace, share and disconnect connectors; name endpoints of chains";
    AssistantRun = "assistant:run", "Ask the assistant: what is said to it goes to the language model of a connector, at its cost";
    WalletsRead = "wallets:read", "See wallets: their names and addresses, never their keys";
    WalletsManage = "wallets:manage", "Create, import, rename, archive wallets, choose the default";
    WalletsApprove = "wallets:approve", "Approve and reject transactions and documents, where a policy names the one who does";
    PoliciesRead = "policies:read", "See policies of signing, and ask what they would decide";
    PoliciesManage = "policies:manage", "Change what keys may sign, and how long changes wait";
    DataRead = "data:read", "See tables of the organization, their rows and documents, and query them";
    DataWrite = "data:write", "Write rows and documents";
    DataManage = "data:manage", "Create, change and drop tables";
    OrganizationRead = "organization:read", "See the organization, its members, roles and invitations";
    OrganizationManage = "organization:manage", "Rename the organization and transfer it";
    MembersManage = "members:manage", "Invite, remove and give roles to members, make custom roles";
    KeysRead = "keys:read", "See service accounts and API keys, never their texts";
    KeysManage = "keys:manage", "Create and revoke service accounts and API keys";
    AuditRead = "audit:read", "Read and export the audit log, and export the ledger";
    RetentionManage = "retention:manage", "Settle after how long runs are deleted for good";
    HoldsManage = "holds:manage", "Place and lift holds, which keep runs from being deleted";
    InstallationManage = "installation:manage", "Operate the whole installation: views, every organization. No role may hold it";
}

/// A set of permissions, small enough to travel with every request.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(u128);

// One bit a permission.
const _: () = assert!(Permission::ALL.len() <= 128);

impl Permissions {
    /// No permission.
    pub const NONE: Self = Self(0);

    /// Every permission: what the installation's admin key has.
    pub const ALL: Self = Self(u128::MAX >> (128 - Permission::ALL.len()));

    /// All that an organization can give: everything but what concerns the installation.
    pub const ORGANIZATION: Self = Self::ALL.without(Permission::InstallationManage);

    /// The set of these.
    pub const fn of(permissions: &[Permission]) -> Self {
        let (mut set, mut index) = (Self::NONE, 0);
        while index < permissions.len() {
            set = set.with(permissions[index]);
            index += 1;
        }
        set
    }

    /// The set and this one.
    #[must_use]
    pub const fn with(self, permission: Permission) -> Self {
        Self(self.0 | (1 << permission as u32))
    }

    /// The set without this one.
    #[must_use]
    pub const fn without(self, permission: Permission) -> Self {
        Self(self.0 & !(1 << permission as u32))
    }

    /// What is in either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this one and not in the other.
    #[must_use]
    pub const fn beyond(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether this one is in it.
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }

    /// Whether nothing is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in it, in the order of the documentation.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }

    /// The names of what is in it.
    pub fn names(self) -> Vec<String> {
        self.iter().map(|permission| permission.name().to_owned()).collect()
    }

    /// The set of those of these names that name a permission: what was written once may name some
    /// that are no more.
    pub fn known<T: AsRef<str>>(names: &[T]) -> Self {
        names.iter().filter_map(|name| name.as_ref().parse::<Permission>().ok()).collect()
    }

    /// The set of these names; the first that names no permission is the error.
    pub fn parse<T: AsRef<str>>(names: &[T]) -> Result<Self, UnknownPermission> {
        names.iter().map(|name| name.as_ref().parse::<Permission>()).collect()
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.iter().find(|permission| permission.name() == text);
        named.copied().ok_or_else(|| UnknownPermission(text.to_owned()))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<T: IntoIterator<Item = Permission>>(permissions: T) -> Self {
        permissions.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Permission::name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_permission_is_a_resource_and_an_action_of_the_list() {
        const ACTIONS: [&str; 6] = ["read", "write", "run", "publish", "approve", "manage"];
        let names: BTreeSet<_> = Permission::ALL.iter().map(|it| it.name()).collect();
        assert_eq!(names.len(), Permission::ALL.len());
        for permission in Permission::ALL {
            let (resource, action) = permission.name().split_once(':').expect("a colon");
            assert!(resource.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
            assert!(ACTIONS.contains(&action), "{permission}");
            assert_eq!(permission.name().parse(), Ok(*permission));
        }
        assert!("workflows:*".parse::<Permission>().is_err());
    }

    #[test]
    fn sets_hold_what_was_put_in_and_nothing_else() {
        let (read, write) = (Permission::WorkflowsRead, Permission::WorkflowsWrite);
        let set = Permissions::of(&[read, write]);
        assert!(set.has(read) && set.has(write) && !set.has(Permission::RunsRead));
        assert_eq!(set.without(write), Permissions::of(&[read]));
        assert_eq!(set.beyond(Permissions::of(&[read])), Permissions::of(&[write]));
        assert_eq!(set.intersection(Permissions::NONE), Permissions::NONE);
        assert_eq!(Permissions::parse(&set.names()), Ok(set));
        assert_eq!(Permission::ALL.iter().copied().collect::<Permissions>(), Permissions::ALL);
        assert!(Permissions::parse(&["workflows:read", "root"]).is_err());
    }

    #[test]
    fn what_an_organization_gives_leaves_the_installation_out() {
        assert!(!Permissions::ORGANIZATION.has(Permission::InstallationManage));
        assert_eq!(
            Permissions::ALL.beyond(Permissions::ORGANIZATION),
            Permissions::of(&[Permission::InstallationManage])
        );
    }
}
