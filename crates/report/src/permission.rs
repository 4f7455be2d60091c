//! What each operating profile may hand out (`domain.md` 4.4).

use vigie_model::Profile;

/// Something that can be handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// A notice to a platform.
    Notice,
    /// A statement of reasons.
    Statement,
    /// A report to PHAROS.
    Pharos,
    /// A letter under Article 40 of the code of criminal procedure.
    Letter,
    /// A dossier with evidence.
    Dossier,
    /// Labels that anybody may read.
    Labels,
    /// Finds with identifiers, as MISP or STIX.
    Finds,
    /// Tables without identifiers.
    Table,
}

/// Something that the profile forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the profile {} does not hand out {what}: {why}", .profile.as_str())]
pub struct NotAllowed {
    /// The profile.
    pub profile: Profile,
    /// What was asked for.
    pub what: &'static str,
    /// Why not.
    pub why: &'static str,
}

/// Refuses what the profile may not hand out.
///
/// # Errors
/// [`NotAllowed`].
pub fn require(profile: Profile, export: Export) -> Result<(), NotAllowed> {
    use Export as E;
    use Profile as P;
    let (what, allowed, why): (_, &[P], _) = match export {
        E::Notice => ("notices", &[P::Authority, P::Platform, P::Monitor], "it keeps no addresses of posts"),
        E::Statement => ("statements of reasons", &[P::Authority, P::Platform], "only platforms state reasons for their own decisions"),
        E::Pharos => ("reports to PHAROS", &[P::Authority, P::Platform, P::Monitor], "it keeps no addresses of posts"),
        E::Letter => ("letters under Article 40", &[P::Authority, P::Monitor], "they are a duty of public agents"),
        E::Dossier => ("dossiers", &[P::Authority], "data about offences are for authorities (French Data Protection Act, Article 46)"),
        E::Labels => ("labels", &[P::Authority, P::Platform, P::Monitor], "it keeps no addresses of posts"),
        E::Finds => ("finds with identifiers", &[P::Authority], "data about offences are for authorities (French Data Protection Act, Article 46)"),
        E::Table => ("tables", &P::ALL, ""),
    };
    if allowed.contains(&profile) { Ok(()) } else { Err(NotAllowed { profile, what, why }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_authorities_hand_out_what_identifies() {
        for export in [Export::Dossier, Export::Finds] {
            let allowed: Vec<_> = Profile::ALL.into_iter().filter(|profile| require(*profile, export).is_ok()).collect();
            assert_eq!(allowed, [Profile::Authority]);
        }
        let research = |export| require(Profile::Research, export).is_ok();
        assert!(research(Export::Table) && !research(Export::Notice) && !research(Export::Pharos) && !research(Export::Statement));
    }
}
