//! The one place where it is decided who may use which route.

use crate::access::Principal;
use crate::http::problem::{Code, Problem};
use crate::http::routes::Access;

/// Whether this principal may use a route with this line in the table.
///
/// A route that the workflow's secret opens as well comes here only with a principal: who sends a
/// secret instead is let through to the handler, which alone knows the workflow.
pub fn authorize(access: Access, who: &Principal) -> Result<(), Problem> {
    match access {
        Access::Public | Access::Known | Access::Person => Ok(()),
        Access::May(wanted) | Access::MayOrSecret(wanted) => {
            if who.permissions.has(wanted) {
                return Ok(());
            }
            Err(Problem::new(Code::Forbidden)
                .because(format_args!("the permission `{wanted}` is needed for this")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Actor, Permission, Permissions};
    use crate::http::routes::TABLE;
    use crate::primitives::{ApiKeyId, OrganizationId};

    fn holder(permissions: Permissions) -> Principal {
        let organization = OrganizationId::generate();
        Principal { organization, actor: Actor::ApiKey(ApiKeyId::generate()), permissions }
    }

    #[test]
    fn whoever_lacks_a_routes_permission_is_refused_and_told_which_it_is() {
        let mut walked = 0;
        for endpoint in TABLE {
            let (Access::May(wanted) | Access::MayOrSecret(wanted)) = endpoint.access else {
                continue;
            };
            let refusal = authorize(endpoint.access, &holder(Permissions::ALL.without(wanted)))
                .expect_err(endpoint.path);
            assert_eq!(refusal.code(), Code::Forbidden, "{}", endpoint.path);
            assert!(refusal.to_string().contains(wanted.name()), "{refusal}");
            let only = holder(Permissions::of(&[wanted]));
            assert!(authorize(endpoint.access, &only).is_ok(), "{}", endpoint.path);
            walked += 1;
        }
        assert!(walked > 50, "{walked}");
    }

    #[test]
    fn each_permission_opens_only_the_routes_that_name_it() {
        for permission in Permission::ALL {
            let only = holder(Permissions::of(&[*permission]));
            for endpoint in TABLE {
                let opens = authorize(endpoint.access, &only).is_ok();
                let named = match endpoint.access {
                    Access::Public | Access::Known | Access::Person => true,
                    Access::May(wanted) | Access::MayOrSecret(wanted) => wanted == *permission,
                };
                assert_eq!(opens, named, "{permission} {} {}", endpoint.method, endpoint.path);
            }
        }
    }
}
