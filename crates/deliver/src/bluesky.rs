//! Reports to a moderation service of the AT Protocol: `com.atproto.moderation.createReport`, proxied by the reporter's own server.

use serde_json::{Value, json};
use ureq::Agent;

use crate::{
    Attempt,
    http::{self, NoAnswer},
};

/// Why a post is reported, in the lexicon of `tools.ozone.report.defs`.
const REASON: &str = "tools.ozone.report.defs#reasonRuleProhibitedSales";
/// The same for services that know the older list only.
const OLDER_REASON: &str = "com.atproto.moderation.defs#reasonViolation";

/// Who reports, and to whom.
pub(crate) struct Login<'a> {
    pub(crate) service: &'a str,
    pub(crate) labeler: &'a str,
    pub(crate) user: &'a str,
    pub(crate) secret: &'a str,
}

/// Reports a post in the version that is online now; what is gone is not reported.
pub(crate) fn report(login: &Login<'_>, uri: &str, reason: &str) -> Attempt {
    let agent = http::agent();
    match prepare(&agent, login, uri) {
        Err(attempt) => attempt,
        Ok((token, cid)) => match create(&agent, login, &token, uri, &cid, (REASON, reason)) {
            // A refusal of the reason is certain, so that the older one may be tried.
            Attempt::Refused(_) => create(&agent, login, &token, uri, &cid, (OLDER_REASON, reason)),
            attempt => attempt,
        },
    }
}

fn xrpc(login: &Login<'_>, method: &str) -> String {
    format!("{}/xrpc/{method}", login.service.trim_end_matches('/'))
}

fn failed(what: &str, error: &NoAnswer) -> Attempt {
    Attempt::NotDelivered(format!("{what}: {}", error.why))
}

/// A session and the post's present version.
fn prepare(agent: &Agent, login: &Login<'_>, uri: &str) -> Result<(String, String), Attempt> {
    let credentials = json!({ "identifier": login.user, "password": login.secret });
    let session = http::post(agent, &xrpc(login, "com.atproto.server.createSession"), &[], &credentials).map_err(|error| failed("logging in", &error))?;
    let Some(token) = session.text("/accessJwt").filter(|_| session.status == 200) else {
        return Err(Attempt::of_preparation(session.status, "logging in"));
    };
    Ok((token, version(agent, login, uri)?))
}

fn version(agent: &Agent, login: &Login<'_>, uri: &str) -> Result<String, Attempt> {
    let mut parts = uri.trim_start_matches("at://").splitn(3, '/');
    let (Some(repo), Some(collection), Some(rkey)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(Attempt::Refused("the post has no AT URI".into()));
    };
    let query = format!("{}?repo={repo}&collection={collection}&rkey={rkey}", xrpc(login, "com.atproto.repo.getRecord"));
    let record = http::get(agent, &query, &[]).map_err(|error| failed("looking the post up", &error))?;
    match record.text("/cid") {
        Some(cid) => Ok(cid),
        None if record.status == 400 || record.status == 404 => Err(Attempt::Refused("the post is not online any more".into())),
        None => Err(Attempt::of_preparation(record.status, "looking the post up")),
    }
}

fn create(agent: &Agent, login: &Login<'_>, token: &str, uri: &str, cid: &str, (reason_type, reason): (&str, &str)) -> Attempt {
    let body: Value = json!({
        "reasonType": reason_type, "reason": reason,
        "subject": { "$type": "com.atproto.repo.strongRef", "uri": uri, "cid": cid },
    });
    let (bearer, proxy) = (format!("Bearer {token}"), format!("{}#atproto_labeler", login.labeler));
    let headers = [("authorization", bearer.as_str()), ("atproto-proxy", proxy.as_str())];
    match http::post(agent, &xrpc(login, "com.atproto.moderation.createReport"), &headers, &body) {
        Ok(answer) => Attempt::of_status(answer.status, answer.text("/id")),
        Err(error) if error.not_sent => failed("reporting", &error),
        Err(error) => Attempt::Unknown(error.why),
    }
}
