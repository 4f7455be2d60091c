//! People, sessions, tokens and the audit log in SQLite.

use rusqlite::{OptionalExtension, Row, params};
use vigie_model::Timestamp;

use super::{SqliteDesk, time};
use crate::{Accounts, Added, ApiToken, AuditLine, Credentials, Error, Result, Role, SecretHash, User, UserId, UserSettings, sqlite::SECONDS_A_DAY};

/// A session's last sight is written at most once in so many seconds: a page is no reason to write.
const SEEN_EVERY: i64 = 60;

const USER: &str = "user.id, user.name, user.role, user.settings, user.totp IS NOT NULL, user.created_at, user.disabled_at IS NOT NULL";

fn user(row: &Row<'_>, from: usize) -> Result<User> {
    let role: String = row.get(from + 2)?;
    let settings: String = row.get(from + 3)?;
    Ok(User {
        id: UserId(row.get(from)?),
        name: row.get(from + 1)?,
        role: Role::parse(&role).ok_or_else(|| Error::damaged("unknown role"))?,
        settings: serde_json::from_str(&settings).map_err(|error| Error::damaged(format!("settings of a user: {error}")))?,
        second_factor: row.get(from + 4)?,
        created_at: time(row.get(from + 5)?)?,
        disabled: row.get(from + 6)?,
    })
}

impl Accounts for SqliteDesk {
    fn users(&self) -> Result<Vec<User>> {
        let mut select = self.conn().prepare_cached(&format!("SELECT {USER} FROM user ORDER BY name"))?;
        let mut rows = select.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(user(row, 0)?);
        }
        Ok(all)
    }

    fn credentials(&self, name: &str) -> Result<Option<Credentials>> {
        let mut select = self.conn().prepare_cached(&format!("SELECT {USER}, password, totp, totp_step, locked_until FROM user WHERE name = ?1"))?;
        let mut rows = select.query([name])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some(Credentials {
            user: user(row, 0)?,
            password: row.get(7)?,
            totp: row.get(8)?,
            totp_step: row.get::<_, i64>(9)?.unsigned_abs(),
            locked_until: Timestamp::from_seconds(row.get(10)?).ok(),
        }))
    }

    fn add_user(&mut self, name: &str, role: Role, password: &str, first: bool, now: Timestamp) -> Result<Added> {
        let id = self
            .conn()
            .query_row(
                "INSERT INTO user (name, role, password, created_at) SELECT ?1, ?2, ?3, ?4 WHERE NOT ?5 OR NOT EXISTS (SELECT 1 FROM user)
                 ON CONFLICT DO NOTHING RETURNING id",
                params![name, role.as_str(), password, now.seconds(), first],
                |row| row.get(0),
            )
            .optional()?;
        Ok(id.map_or(Added::NameTaken, |id| Added::Added(UserId(id))))
    }

    fn set_role(&mut self, who: UserId, role: Role, disabled: bool, now: Timestamp) -> Result<bool> {
        let tx = self.begin()?;
        let others: i64 = tx.query_row("SELECT count(*) FROM user WHERE role = 'admin' AND disabled_at IS NULL AND id != ?1", [who.0], |row| row.get(0))?;
        if others == 0 && (disabled || role != Role::Admin) {
            return Ok(false);
        }
        tx.execute(
            "UPDATE user SET role = ?2, disabled_at = CASE WHEN ?3 THEN coalesce(disabled_at, ?4) END WHERE id = ?1",
            params![who.0, role.as_str(), disabled, now.seconds()],
        )?;
        tx.execute("DELETE FROM session WHERE user = ?1", [who.0])?;
        tx.execute("DELETE FROM claim WHERE user = ?1", [who.0])?;
        tx.commit()?;
        Ok(true)
    }

    fn set_password(&mut self, who: UserId, password: &str) -> Result<()> {
        let tx = self.begin()?;
        tx.execute("UPDATE user SET password = ?2, failures = 0, locked_until = 0 WHERE id = ?1", params![who.0, password])?;
        tx.execute("DELETE FROM session WHERE user = ?1", [who.0])?;
        Ok(tx.commit()?)
    }

    fn set_settings(&mut self, who: UserId, settings: &UserSettings) -> Result<()> {
        let json = serde_json::to_string(settings).map_err(|error| Error::Backend(Box::new(error)))?;
        self.conn().execute("UPDATE user SET settings = ?2 WHERE id = ?1", params![who.0, json])?;
        Ok(())
    }

    fn set_totp(&mut self, who: UserId, secret: Option<&[u8]>) -> Result<()> {
        self.conn().execute("UPDATE user SET totp = ?2, totp_step = 0 WHERE id = ?1", params![who.0, secret])?;
        Ok(())
    }

    fn use_totp_step(&mut self, who: UserId, step: u64) -> Result<bool> {
        Ok(self.conn().execute("UPDATE user SET totp_step = ?2 WHERE id = ?1 AND totp_step < ?2", params![who.0, step.cast_signed()])? > 0)
    }

    fn note_failure(&mut self, who: UserId, limit: u32, until: Timestamp) -> Result<bool> {
        Ok(self.conn().query_row(
            "UPDATE user SET failures = CASE WHEN failures + 1 >= ?2 THEN 0 ELSE failures + 1 END,
             locked_until = CASE WHEN failures + 1 >= ?2 THEN ?3 ELSE locked_until END WHERE id = ?1 RETURNING failures = 0",
            params![who.0, limit, until.seconds()],
            |row| row.get(0),
        )?)
    }

    fn begin_session(&mut self, who: UserId, token: &SecretHash, now: Timestamp) -> Result<()> {
        let tx = self.begin()?;
        tx.execute("UPDATE user SET failures = 0 WHERE id = ?1", [who.0])?;
        tx.execute("DELETE FROM session WHERE seen_at < ?1", [now.seconds() - SECONDS_A_DAY])?;
        tx.execute("INSERT INTO session (token, user, created_at, seen_at) VALUES (?1, ?2, ?3, ?3)", params![token, who.0, now.seconds()])?;
        Ok(tx.commit()?)
    }

    fn session(&mut self, token: &SecretHash, created: Timestamp, seen: Timestamp, now: Timestamp) -> Result<Option<User>> {
        let sql = format!(
            "SELECT {USER}, seen_at FROM session JOIN user ON user.id = session.user WHERE token = ?1 AND session.created_at > ?2 AND seen_at > ?3 AND disabled_at IS NULL"
        );
        let mut select = self.conn().prepare_cached(&sql)?;
        let mut rows = select.query(params![token, created.seconds(), seen.seconds()])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let found = user(row, 0)?;
        if now.seconds() - row.get::<_, i64>(7)? >= SEEN_EVERY {
            self.conn().prepare_cached("UPDATE session SET seen_at = ?2 WHERE token = ?1")?.execute(params![token, now.seconds()])?;
        }
        Ok(Some(found))
    }

    fn end_session(&mut self, token: &SecretHash) -> Result<()> {
        self.conn().execute("DELETE FROM session WHERE token = ?1", params![token])?;
        Ok(())
    }

    fn add_token(&mut self, who: UserId, name: &str, token: &SecretHash, scopes: &[String], now: Timestamp) -> Result<i64> {
        let scopes = serde_json::to_string(scopes).map_err(|error| Error::Backend(Box::new(error)))?;
        Ok(self.conn().query_row(
            "INSERT INTO api_token (name, token, user, scopes, created_at) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id",
            params![name, token, who.0, scopes, now.seconds()],
            |row| row.get(0),
        )?)
    }

    fn tokens(&self) -> Result<Vec<ApiToken>> {
        let mut select = self.conn().prepare_cached(&format!("{TOKENS} ORDER BY api_token.id DESC"))?;
        let mut rows = select.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(token_of(row)?);
        }
        Ok(all)
    }

    fn token(&mut self, token: &SecretHash, now: Timestamp) -> Result<Option<ApiToken>> {
        let mut select = self.conn().prepare_cached(&format!("{TOKENS} WHERE token = ?1 AND revoked_at IS NULL AND disabled_at IS NULL"))?;
        let mut rows = select.query(params![token])?;
        let Some(found) = rows.next()?.map(token_of).transpose()? else { return Ok(None) };
        if found.used_at.is_none_or(|used| now.seconds() - used.seconds() >= SEEN_EVERY) {
            self.conn().execute("UPDATE api_token SET used_at = ?2 WHERE id = ?1", params![found.id, now.seconds()])?;
        }
        Ok(Some(found))
    }

    fn revoke_token(&mut self, id: i64, now: Timestamp) -> Result<()> {
        self.conn().execute("UPDATE api_token SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1", params![id, now.seconds()])?;
        Ok(())
    }

    fn answered(&self, token: i64, key: &str) -> Result<Option<(SecretHash, String)>> {
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        Ok(self.conn().query_row("SELECT request, answer FROM idempotency WHERE token = ?1 AND key = ?2", params![token, key], read).optional()?)
    }

    fn keep_answer(&mut self, token: i64, key: &str, request: &SecretHash, answer: &str, now: Timestamp) -> Result<()> {
        let tx = self.begin()?;
        tx.execute("DELETE FROM idempotency WHERE at < ?1", [now.seconds() - SECONDS_A_DAY])?;
        tx.execute(
            "INSERT OR IGNORE INTO idempotency (token, key, request, answer, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![token, key, request, answer, now.seconds()],
        )?;
        Ok(tx.commit()?)
    }

    fn audit(&mut self, who: Option<UserId>, event: &str, detail: &str, now: Timestamp) -> Result<()> {
        self.conn()
            .execute("INSERT INTO audit (at, event, detail, user) VALUES (?1, ?2, ?3, ?4)", params![now.seconds(), event, detail, who.map(|who| who.0)])?;
        Ok(())
    }

    fn audit_lines(&self, before: Option<i64>, limit: usize) -> Result<Vec<AuditLine>> {
        let mut select = self.conn().prepare_cached(
            "SELECT audit.id, at, user.name, event, detail FROM audit LEFT JOIN user ON user.id = audit.user WHERE audit.id < ?1 ORDER BY audit.id DESC LIMIT ?2",
        )?;
        let mut rows = select.query(params![before.unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX)])?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            lines.push(AuditLine { id: row.get(0)?, at: time(row.get(1)?)?, user: row.get(2)?, event: row.get(3)?, detail: row.get(4)? });
        }
        Ok(lines)
    }
}

const TOKENS: &str = "SELECT api_token.id, api_token.name, scopes, api_token.created_at, used_at, revoked_at IS NOT NULL,
    user.id, user.name, user.role, user.settings, user.totp IS NOT NULL, user.created_at, user.disabled_at IS NOT NULL
    FROM api_token JOIN user ON user.id = api_token.user";

fn token_of(row: &Row<'_>) -> Result<ApiToken> {
    let scopes: String = row.get(2)?;
    Ok(ApiToken {
        id: row.get(0)?,
        name: row.get(1)?,
        scopes: serde_json::from_str(&scopes).map_err(|error| Error::damaged(format!("scopes of a token: {error}")))?,
        created_at: time(row.get(3)?)?,
        used_at: row.get::<_, Option<i64>>(4)?.map(time).transpose()?,
        revoked: row.get(5)?,
        user: user(row, 6)?,
    })
}
