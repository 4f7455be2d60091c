//! People, their sessions and tokens, and the audit log.

use serde::{Deserialize, Serialize};
use vigie_model::Timestamp;

use crate::Result;

/// Number of a person in this store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub i64);

/// What a person is there for. Each may do what the one before may, and more; what exactly is the console's permission table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads figures.
    Viewer,
    /// Reads finds and decides.
    Reviewer,
    /// Settles disputes, searches, tries rules.
    Analyst,
    /// Answers for what leaves the house, and hears appeals.
    Officer,
    /// Manages people and tokens.
    Admin,
}

impl Role {
    /// Every role, from the least on.
    pub const ALL: [Self; 5] = [Self::Viewer, Self::Reviewer, Self::Analyst, Self::Officer, Self::Admin];

    /// The role as it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Reviewer => "reviewer",
            Self::Analyst => "analyst",
            Self::Officer => "officer",
            Self::Admin => "admin",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// What a person chose for themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserSettings {
    /// "fr" or "en"; none: what the browser asks for.
    pub language: Option<String>,
    /// Finds a day after which the queue closes; none: no cap.
    pub daily_cap: Option<u32>,
    /// Minutes of work after which a break is suggested; 0: never.
    pub break_minutes: u32,
    /// Whether the detector's score is shown before the person has answered.
    pub score_first: bool,
    /// Whether single-key shortcuts work.
    pub shortcuts: bool,
    /// Product classes that are not put before this person.
    pub spared: Vec<String>,
}

impl Default for UserSettings {
    fn default() -> Self {
        Self { language: None, daily_cap: Some(400), break_minutes: 50, score_first: false, shortcuts: true, spared: Vec::new() }
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Number.
    pub id: UserId,
    /// Name: shown inside the house only.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Own settings.
    pub settings: UserSettings,
    /// Whether a second factor is set up.
    pub second_factor: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Whether it is closed.
    pub disabled: bool,
}

/// What log-in checks. Has secrets; never shown.
#[derive(Clone)]
pub struct Credentials {
    /// The person.
    pub user: User,
    /// argon2id hash in PHC form.
    pub password: String,
    /// Secret of the second factor.
    pub totp: Option<Vec<u8>>,
    /// Last time step whose code was used.
    pub totp_step: u64,
    /// Until when nobody gets in with this name.
    pub locked_until: Option<Timestamp>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user.id).finish_non_exhaustive()
    }
}

/// SHA-256 of a session's or token's secret.
pub type SecretHash = [u8; 32];

/// A token of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct ApiToken {
    pub id: i64,
    pub name: String,
    pub user: User,
    pub scopes: Vec<String>,
    pub created_at: Timestamp,
    pub used_at: Option<Timestamp>,
    pub revoked: bool,
}

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditLine {
    /// Number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who; none for the program itself.
    pub user: Option<String>,
    /// What: `login`, `reveal`, `user_added`, `purge` …
    pub event: String,
    /// About what. No post text, no handles.
    pub detail: String,
}

/// Whether a name is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// Made.
    Added(UserId),
    /// Somebody has that name, in whatever case.
    NameTaken,
}

/// People, sessions, tokens, audit.
pub trait Accounts {
    /// Everybody, by name.
    ///
    /// # Errors
    /// The back end fails.
    fn users(&self) -> Result<Vec<User>>;

    /// What log-in checks for a name.
    ///
    /// # Errors
    /// The back end fails.
    fn credentials(&self, name: &str) -> Result<Option<Credentials>>;

    /// Adds a person; only while there is nobody yet if `first`.
    ///
    /// # Errors
    /// The back end fails.
    fn add_user(&mut self, name: &str, role: Role, password: &str, first: bool, now: Timestamp) -> Result<Added>;

    /// Changes role or closes an account, which ends its sessions. Returns whether it was done: the last active admin stays.
    ///
    /// # Errors
    /// The back end fails.
    fn set_role(&mut self, user: UserId, role: Role, disabled: bool, now: Timestamp) -> Result<bool>;

    /// Stores another password hash and ends every session of the person.
    ///
    /// # Errors
    /// The back end fails.
    fn set_password(&mut self, user: UserId, password: &str) -> Result<()>;

    /// Stores settings.
    ///
    /// # Errors
    /// The back end fails.
    fn set_settings(&mut self, user: UserId, settings: &UserSettings) -> Result<()>;

    /// Sets up or removes the second factor.
    ///
    /// # Errors
    /// The back end fails.
    fn set_totp(&mut self, user: UserId, secret: Option<&[u8]>) -> Result<()>;

    /// Notes that a code was used. False if that step or a later one was used before.
    ///
    /// # Errors
    /// The back end fails.
    fn use_totp_step(&mut self, user: UserId, step: u64) -> Result<bool>;

    /// Counts a wrong password; the `limit`-th in a row locks the account until `until`. Returns whether it is locked now.
    ///
    /// # Errors
    /// The back end fails.
    fn note_failure(&mut self, user: UserId, limit: u32, until: Timestamp) -> Result<bool>;

    /// Begins a session, and forgets earlier failures.
    ///
    /// # Errors
    /// The back end fails.
    fn begin_session(&mut self, user: UserId, token: &SecretHash, now: Timestamp) -> Result<()>;

    /// The person of a session that was made after `created` and seen after `seen`; it is seen now.
    ///
    /// # Errors
    /// The back end fails.
    fn session(&mut self, token: &SecretHash, created: Timestamp, seen: Timestamp, now: Timestamp) -> Result<Option<User>>;

    /// Ends a session.
    ///
    /// # Errors
    /// The back end fails.
    fn end_session(&mut self, token: &SecretHash) -> Result<()>;

    /// Makes a token.
    ///
    /// # Errors
    /// The back end fails.
    fn add_token(&mut self, user: UserId, name: &str, token: &SecretHash, scopes: &[String], now: Timestamp) -> Result<i64>;

    /// All tokens, newest first.
    ///
    /// # Errors
    /// The back end fails.
    fn tokens(&self) -> Result<Vec<ApiToken>>;

    /// The token with this secret, unless it or its person is out of use.
    ///
    /// # Errors
    /// The back end fails.
    fn token(&mut self, token: &SecretHash, now: Timestamp) -> Result<Option<ApiToken>>;

    /// Takes a token out of use.
    ///
    /// # Errors
    /// The back end fails.
    fn revoke_token(&mut self, id: i64, now: Timestamp) -> Result<()>;

    /// The answer that was given to this key, with the hash of the request.
    ///
    /// # Errors
    /// The back end fails.
    fn answered(&self, token: i64, key: &str) -> Result<Option<(SecretHash, String)>>;

    /// Keeps an answer for a day.
    ///
    /// # Errors
    /// The back end fails.
    fn keep_answer(&mut self, token: i64, key: &str, request: &SecretHash, answer: &str, now: Timestamp) -> Result<()>;

    /// Adds a line to the audit log.
    ///
    /// # Errors
    /// The back end fails.
    fn audit(&mut self, user: Option<UserId>, event: &str, detail: &str, now: Timestamp) -> Result<()>;

    /// Lines with numbers below `before`, newest first.
    ///
    /// # Errors
    /// The back end fails.
    fn audit_lines(&self, before: Option<i64>, limit: usize) -> Result<Vec<AuditLine>>;
}
