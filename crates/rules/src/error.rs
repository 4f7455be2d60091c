//! What can be wrong with rule packs.

use std::{io, path::PathBuf};

/// Packs that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be read.
    #[error("cannot read the rule pack {}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file is longer than any pack may be.
    #[error("{}: a rule pack has at most {limit} bytes; split it into several files", path.display())]
    TooLong {
        /// Which.
        path: PathBuf,
        /// In bytes.
        limit: u64,
    },
    /// More files than a book may have.
    #[error("more than {limit} rule packs; name fewer files or folders under [rules]")]
    TooManyPacks {
        /// How many are allowed.
        limit: usize,
    },
    /// Not TOML of the form in `docs/rules.md`.
    #[error("{pack}:{line}: {message}")]
    Form {
        /// Name of the pack's file.
        pack: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A rule that cannot be used.
    #[error("{pack}: rule {rule:?}: {problem}")]
    Rule {
        /// Name of the pack's file.
        pack: String,
        /// Name of the rule.
        rule: String,
        /// What is wrong with it.
        problem: Problem,
    },
    /// All rules together would cost too much.
    #[error("all rules together cost {cost} steps a post, more than {limit}: shorten the most expensive (`vigie rules check` shows each)")]
    TooExpensive {
        /// Steps in the worst case.
        cost: u64,
        /// Allowed steps.
        limit: u64,
    },
}

/// What is wrong with one rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The name does not fit.
    #[error("a name has 1 to 48 small letters, digits and underscores")]
    Name,
    /// Two rules of one name.
    #[error("another rule has this name; names must differ over all packs")]
    Duplicate,
    /// More rules than a book may have.
    #[error("more than {0} rules")]
    TooMany(usize),
    /// The effect does nothing.
    #[error("its effect is empty: give at least one of raise, lower, label, route, tag")]
    NoEffect,
    /// A weight outside its bounds.
    #[error("`{0}` must be more than 0 and at most 10 (log-odds)")]
    Weight(&'static str),
    /// Raises and lowers at once.
    #[error("it both raises and lowers")]
    Contradiction,
    /// A queue, tag or reason of the wrong length or with forbidden characters.
    #[error("`{what}` must have 1 to {limit} characters{only}", only = if *.plain { ", small letters, digits and underscores only" } else { "" })]
    Words {
        /// Which field.
        what: &'static str,
        /// Characters.
        limit: usize,
        /// Whether only plain letters may be used.
        plain: bool,
    },
    /// Examples are missing or too many.
    #[error("`{0}` needs 1 to 50 examples, each of at most 4096 bytes")]
    Examples(&'static str),
    /// The expression is too long.
    #[error("its expression has {length} bytes, at most {limit} are allowed: split the rule")]
    Long {
        /// In bytes.
        length: usize,
        /// In bytes.
        limit: usize,
    },
    /// The expression is nested too deeply.
    #[error("its expression is nested more than {limit} deep: split the rule")]
    Deep {
        /// Levels.
        limit: usize,
    },
    /// The expression could take too many steps.
    #[error("its expression may take {cost} steps, at most {limit} are allowed: avoid `exists` within `exists`")]
    Costly {
        /// Steps in the worst case.
        cost: u64,
        /// Allowed steps.
        limit: u64,
    },
    /// Not CEL.
    #[error("its expression is not CEL: {0}")]
    Syntax(String),
    /// A variable, field or function that there is not.
    #[error("its expression names {what} `{name}`, which there is not{hint}")]
    Unknown {
        /// "variable", "field", "function".
        what: &'static str,
        /// As written.
        name: String,
        /// "; did you mean …?", or nothing.
        hint: String,
    },
    /// An example did not behave.
    #[error("its {list} example {number} {instead}")]
    Example {
        /// "match" or "no_match".
        list: &'static str,
        /// From 1, in its list.
        number: usize,
        /// What happened instead.
        instead: String,
    },
}
