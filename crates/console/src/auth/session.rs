//! Sessions: the cookie, and who sits behind it.

use axum::http::{HeaderMap, header};
use vigie_report::Language;
use vigie_store::{Reader, Role, SecretHash, User, UserSettings};

use super::hash_of;
use crate::access::Permission;

/// The cookie's name by HTTPS: the prefix makes browsers insist on `Secure`, this host and `Path=/`.
const SECURE_NAME: &str = "__Host-vigie";
/// Its name by HTTP on this machine, where the prefix is not allowed.
const PLAIN_NAME: &str = "vigie";

/// Somebody who is logged in.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    pub(crate) user: User,
    pub(crate) session: SecretHash,
    /// What forms have to bring back.
    pub(crate) csrf: String,
    pub(crate) language: Language,
}

impl Seat {
    pub(crate) fn new(user: User, token: &str, language: Language) -> Self {
        let csrf = data_encoding::BASE64URL_NOPAD.encode(&hash_of(&format!("form of {token}")));
        let language = match user.settings.language.as_deref() {
            Some("fr") => Language::French,
            Some("en") => Language::English,
            _ => language,
        };
        Self { user, session: hash_of(token), csrf, language }
    }

    pub(crate) fn may(&self, permission: Permission) -> bool {
        permission.of(self.user.role)
    }

    pub(crate) fn settings(&self) -> &UserSettings {
        &self.user.settings
    }

    pub(crate) fn reader(&self) -> Reader {
        reader(&self.user)
    }
}

/// A person as the queue sees them: analysts settle disputes.
pub(crate) fn reader(user: &User) -> Reader {
    Reader { user: user.id, senior: user.role >= Role::Analyst }
}

fn name(secure: bool) -> &'static str {
    if secure { SECURE_NAME } else { PLAIN_NAME }
}

/// The header that sets the cookie. It ends with the browser; the server ends it earlier.
pub(crate) fn cookie(token: &str, secure: bool) -> String {
    let flag = if secure { "; Secure" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Lax{flag}", name(secure))
}

/// The header that removes it.
pub(crate) fn clear_cookie(secure: bool) -> String {
    cookie("", secure) + "; Max-Age=0"
}

/// The session's secret that a browser sent.
pub(crate) fn session_token(headers: &HeaderMap, secure: bool) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, value)| *key == name(secure) && !value.is_empty()).map(|(_, value)| value.to_owned())
}
