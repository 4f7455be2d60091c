//! Who may do what: the permission table.

use vigie_store::Role;

/// Something that not everybody may do. Each needs a least role; `docs/console.md` has the table for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Permission {
    /// Own settings, own password.
    Own,
    /// Shares, episodes, health.
    Figures,
    /// Reading finds and deciding about them; reading the measuring sample.
    Review,
    /// Seeing contacts, which is logged.
    Reveal,
    /// Searching finds.
    Explore,
    /// Trying rules on past finds.
    Backtest,
    /// Having a decision looked at again.
    Appeal,
    /// Reading the audit log.
    Audit,
    /// People and tokens.
    Manage,
}

impl Permission {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 9] =
        [Self::Own, Self::Figures, Self::Review, Self::Reveal, Self::Explore, Self::Backtest, Self::Appeal, Self::Audit, Self::Manage];

    /// The least role that has it.
    pub(crate) fn least(self) -> Role {
        match self {
            Self::Own | Self::Figures => Role::Viewer,
            Self::Review | Self::Reveal => Role::Reviewer,
            Self::Explore | Self::Backtest => Role::Analyst,
            Self::Appeal | Self::Audit => Role::Officer,
            Self::Manage => Role::Admin,
        }
    }

    /// Whether a role has it.
    pub(crate) fn of(self, role: Role) -> bool {
        role >= self.least()
    }
}

/// What a token of a program may do, as far as its person may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    /// Reads shares and counts.
    Figures,
    /// Reads finds and decisions.
    Finds,
    /// Decides.
    Decide,
    /// Reads metrics.
    Metrics,
}

impl Scope {
    pub(crate) const ALL: [Self; 4] = [Self::Figures, Self::Finds, Self::Decide, Self::Metrics];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Figures => "figures:read",
            Self::Finds => "finds:read",
            Self::Decide => "decisions:write",
            Self::Metrics => "metrics:read",
        }
    }

    /// What the token's person has to be allowed besides.
    pub(crate) fn permission(self) -> Permission {
        match self {
            Self::Figures | Self::Metrics => Permission::Figures,
            Self::Finds => Permission::Explore,
            Self::Decide => Permission::Review,
        }
    }
}

/// What it takes to use an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Nothing.
    Public,
    /// A session of somebody who may.
    Page(Permission),
    /// A token with a scope.
    Api(Scope),
}
