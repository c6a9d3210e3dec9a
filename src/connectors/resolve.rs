//! Which connector a node means that names only its type: the user's, else the client's, else the
//! organization's.

use crate::aggregates::connector::{Owner, Status, Visibility};
use crate::primitives::ConnectorId;

/// A connector that may be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: ConnectorId,
    /// Who answers for it.
    pub owner: Owner,
    /// Who else may use it.
    pub visibility: Visibility,
    /// How it stands.
    pub status: Status,
}

/// Why none is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unresolved {
    /// There is none that may be used.
    Nothing,
    /// There are several, and nothing says which.
    Several(Vec<ConnectorId>),
}

/// Chooses among the connectors of one type in one organization, for somebody who is known as this
/// owner would be. What the asker owns goes before what everybody may use; where several stand side
/// by side, none is guessed.
pub fn resolve(candidates: &[Candidate], asker: Owner) -> Result<ConnectorId, Unresolved> {
    let usable = |candidate: &&Candidate| match candidate.status {
        Status::Connected | Status::Failing => true,
        Status::Pending | Status::Expired => false,
    };
    let own = |it: &&Candidate| asker.is_one() && it.owner == asker;
    let everybodys = |it: &&Candidate| it.visibility == Visibility::Organization;
    // A person and a program are never the same asker: of the two first tiers one is empty.
    for tier in [&own as &dyn Fn(&&Candidate) -> bool, &everybodys] {
        let found: Vec<_> =
            candidates.iter().filter(usable).filter(|it| tier(it)).map(|it| it.id).collect();
        match found[..] {
            [] => {}
            [only] => return Ok(only),
            [..] => return Err(Unresolved::Several(found)),
        }
    }
    Err(Unresolved::Nothing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::{ServiceAccountId, UserId};

    fn candidate(owner: Owner, visibility: Visibility) -> Candidate {
        Candidate { id: ConnectorId::generate(), owner, visibility, status: Status::Connected }
    }

    #[test]
    fn the_users_own_goes_before_the_clients_and_that_before_the_organizations() {
        let (ada, bot) =
            (Owner::User(UserId::generate()), Owner::ServiceAccount(ServiceAccountId::generate()));
        let bob = Owner::User(UserId::generate());
        let adas = candidate(ada, Visibility::Private);
        let bots = candidate(bot, Visibility::Private);
        let shared = candidate(Owner::Organization, Visibility::Organization);
        let all = [shared, bots, adas];
        assert_eq!(resolve(&all, ada), Ok(adas.id));
        assert_eq!(resolve(&all, bot), Ok(bots.id));
        assert_eq!(resolve(&all, bob), Ok(shared.id));
        assert_eq!(resolve(&all, Owner::Organization), Ok(shared.id));
        assert_eq!(resolve(&[adas, bots], bob), Err(Unresolved::Nothing));
    }

    #[test]
    fn none_is_guessed_among_several_and_what_cannot_be_used_does_not_count() {
        let one = candidate(Owner::Organization, Visibility::Organization);
        let other = candidate(Owner::Organization, Visibility::Organization);
        let several = Unresolved::Several(vec![one.id, other.id]);
        assert_eq!(resolve(&[one, other], Owner::Organization), Err(several));
        let expired = Candidate { status: Status::Expired, ..other };
        assert_eq!(resolve(&[one, expired], Owner::Organization), Ok(one.id));
    }
}
