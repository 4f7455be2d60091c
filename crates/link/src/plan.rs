//! How accounts are linked: bounds and guards.

/// Bounds of linking (`domain.md` 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// A value that more accounts than this hold says nothing by itself.
    pub most_holders: usize,
    /// A contact that more accounts hold than `most_holders`, and at most this many, counts as a medium signal.
    pub most_supported: usize,
    /// A name that more accounts use is a common one.
    pub most_namesakes: usize,
    /// Days without any use after which a value is taken for given to somebody else.
    pub window_days: u32,
    /// A find with that many contacts of one kind lists the contacts of others.
    pub directory: usize,
    /// A cluster with more accounts is shown as "to be split".
    pub oversize: usize,
    /// Whether accounts of different networks may be linked; a platform may link within its own service only.
    pub across_networks: bool,
    /// Which guards are up.
    pub guards: Guards,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            most_holders: 20,
            most_supported: 50,
            most_namesakes: 5,
            window_days: 90,
            directory: 3,
            oversize: 50,
            across_networks: true,
            guards: Guards::default(),
        }
    }
}

/// The guards against merging too much. All are up unless one is taken away to see what it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table of the crate says what each one is against")]
pub struct Guards {
    pub allow_list: bool,
    pub offered_only: bool,
    pub rarity: bool,
    pub time: bool,
    pub two_mediums: bool,
    pub contradiction: bool,
    pub bridges: bool,
}

impl Default for Guards {
    fn default() -> Self {
        Self { allow_list: true, offered_only: true, rarity: true, time: true, two_mediums: true, contradiction: true, bridges: true }
    }
}

impl Guards {
    /// Each guard by name with a plan that lacks it.
    #[must_use]
    pub fn ablations() -> [(&'static str, Self); 7] {
        let all = Self::default();
        [
            ("allow-list", Self { allow_list: false, ..all }),
            ("offered only", Self { offered_only: false, ..all }),
            ("rarity", Self { rarity: false, ..all }),
            ("time overlap", Self { time: false, ..all }),
            ("two mediums", Self { two_mediums: false, ..all }),
            ("contradiction", Self { contradiction: false, ..all }),
            ("bridges", Self { bridges: false, ..all }),
        ]
    }
}
