//! Links and e-mail addresses, plain and with their dots, slashes and at signs written otherwise.

use vigie_model::{Contact, ContactKind};
use vigie_text::Glyph;

use super::{at, contact, run, services, word};

/// What a reader finds: a contact, if any, and the glyph where reading goes on.
pub(super) type Read = Option<(Option<Contact>, usize)>;

/// Schemes of apps: what follows them is no host.
const APP_SCHEMES: &[&str] = &["tg://", "snapchat://", "whatsapp://"];
const WEB_SCHEMES: &[&str] = &["https://", "http://", "hxxps://", "hxxp://"];

/// Characters that end a sentence rather than a link.
const TRAILING: &[char] = &['.', ',', ')', '!', ';', ':', ']', '}', '*', '…', '\'', '’', '?', '&'];

/// A web address, with or without its scheme.
pub(super) fn link(glyphs: &[Glyph], from: usize) -> Read {
    let end = run(glyphs, from, |c| !c.is_whitespace() && !matches!(c, '"' | '<' | '>' | '«' | '»' | '|'));
    if end - from < 6 {
        return None;
    }
    let address = word(glyphs, from, end);
    let app = APP_SCHEMES.iter().find(|s| address.starts_with(**s));
    let scheme = app.or_else(|| WEB_SCHEMES.iter().find(|s| address.starts_with(**s))).map_or(0, |s| s.len());
    let rest = address.get(scheme..)?;
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(host_end)?;
    let (host, path) = (host.trim_end_matches(TRAILING), path.trim_end_matches(TRAILING));
    let to = from + scheme + host.chars().count() + path.chars().count();
    if let Some((kind, value)) = services::account(host, path, app.is_some()).filter(|(_, value)| value.is_ascii()) {
        return Some((Some(contact(glyphs, kind, value, from, to)), end));
    }
    let known_form = scheme > 0 || host.starts_with("www.") || is_bare_domain(host, path);
    if app.is_some() || !known_form || !is_host(host) {
        return None;
    }
    Some((Some(contact(glyphs, services::kind_of_link(host), format!("{host}{path}"), from, to)), end))
}

/// "linktr.ee/x", "bit.ly/x": a domain and a path without a scheme.
fn is_bare_domain(host: &str, path: &str) -> bool {
    path.len() > 1 && host.rsplit('.').next().is_some_and(is_top_level) && host.split('.').all(|label| !label.is_empty())
}

fn is_top_level(label: &str) -> bool {
    (2..=6).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_lowercase())
}

fn is_host(host: &str) -> bool {
    host.contains('.') && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':')) && !host.starts_with('.')
}

/// Words for the dot of an address.
const DOTS: &[&str] = &["dot", "point", "punto", "punkt", "punt"];
/// Words for the at sign.
const ATS: &[&str] = &["at", "arobase", "arobaz", "arroba", "chiocciola", "apenstaartje", "klammeraffe", "a"];
const SLASHES: &[&str] = &["slash", "barra"];

/// A sign of an address as it may be written: as itself, in brackets, or as a word. Gives the glyph after it.
fn sign(glyphs: &[Glyph], from: usize, signs: &[char], words: &[&str]) -> Option<(usize, Written)> {
    let blank = |index: usize| run(glyphs, index, |c| c == ' ').min(index + 2);
    let start = blank(from);
    let bracket = match at(glyphs, start) {
        '(' => Some(')'),
        '[' => Some(']'),
        '{' => Some('}'),
        _ => None,
    };
    let inner = if bracket.is_some() { blank(start + 1) } else { start };
    let end = run(glyphs, inner, char::is_alphabetic);
    let (end, spelled) = if signs.contains(&at(glyphs, inner)) {
        (inner + 1, false)
    } else if end > inner && words.contains(&&*word(glyphs, inner, end)) {
        (end, true)
    } else {
        return None;
    };
    match bracket {
        Some(close) => {
            let close_at = blank(end);
            (at(glyphs, close_at) == close).then(|| (blank(close_at + 1), Written::Hidden))
        }
        None if spelled => (start > from && blank(end) > end).then(|| (blank(end), Written::Word)),
        None => Some((blank(end), if start > from || blank(end) > end { Written::Spaced } else { Written::Plain })),
    }
}

/// How a sign was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Plain,
    Spaced,
    /// As a word between blanks.
    Word,
    /// In brackets.
    Hidden,
}

/// A quick look: whether a sign may follow the word that ends here.
pub(super) fn sign_may_follow(glyphs: &[Glyph], end: usize) -> bool {
    let ahead = |offset: usize| at(glyphs, end + offset);
    match ahead(0) {
        '(' | '[' | '{' | '@' | '·' | '•' | '/' => true,
        '.' | ',' => ahead(1) == ' ' || ahead(1).is_alphanumeric(),
        ' ' => matches!(
            (ahead(1), ahead(2), ahead(3)),
            ('(' | '[' | '{' | '.' | '@' | '·' | '/' | '•' | ' ', ..)
                | ('d', 'o', 't')
                | ('p', 'o', 'i')
                | ('p', 'u', 'n')
                | ('a', 't', ' ')
                | ('a', 'r', 'o' | 'r')
                | ('a', 'p', 'e')
                | ('c', 'h', 'i')
                | ('k', 'l', 'a')
        ),
        _ => false,
    }
}

const DOT_SIGNS: &[char] = &['.', '·', '•', '。', ','];

/// "t(.)me/handle", "t . me / handle", "snapchat dot com slash add slash handle": a known host however its signs are written.
pub(super) fn disguised_link(glyphs: &[Glyph], from: usize, label_end: usize) -> Read {
    if !services::begins_host(&word(glyphs, from, label_end)) && &*word(glyphs, from, label_end) != "www" {
        return None;
    }
    let (host, mut index) = host(glyphs, from, label_end)?;
    let mut path = String::new();
    let mut end = index;
    while let Some((next, _)) = sign(glyphs, index, &['/'], SLASHES) {
        let part_end = run(glyphs, next, |c| is_path(c) && c != '/');
        if part_end == next {
            break;
        }
        path.push('/');
        path.push_str(&word(glyphs, next, part_end));
        (index, end) = (part_end, part_end);
    }
    if path.is_empty() {
        return None;
    }
    let kept = path.trim_end_matches(TRAILING).len();
    end -= path.len() - kept;
    path.truncate(kept);
    let (kind, value) = services::account(&host, &path, false).or_else(|| match services::kind_of_link(&host) {
        ContactKind::Url => None,
        kind => Some((kind, format!("{host}{path}"))),
    })?;
    Some((Some(contact(glyphs, kind, value, from, end)), end))
}

/// A known host of two to four labels, and where it ends.
fn host(glyphs: &[Glyph], from: usize, label_end: usize) -> Option<(String, usize)> {
    let mut host = word(glyphs, from, label_end).to_owned();
    let mut index = label_end;
    for _ in 0..3 {
        let (next, _) = sign(glyphs, index, DOT_SIGNS, DOTS)?;
        let end = run(glyphs, next, |c| c.is_ascii_alphanumeric() || c == '-');
        host.push('.');
        host.push_str(&word(glyphs, next, end));
        index = end;
        if services::is_known_host(&host) {
            return Some((host, index));
        }
    }
    None
}

fn is_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '+' | '@' | '?' | '=' | '$' | '/' | '#')
}

/// Top-level domains that an address with blanks around its signs must have.
const USUAL: &[&str] = &[
    "com", "org", "net", "fr", "de", "es", "it", "nl", "be", "ch", "at", "lu", "ie", "uk", "eu", "me", "io", "ru", "pm", "ch", "info", "pro", "proton", "mail",
];

/// "name@example.org", "name (at) example (dot) org", "name arobase example point fr".
pub(super) fn email(glyphs: &[Glyph], from: usize) -> Read {
    let local_end = run(glyphs, from, |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%'));
    if local_end == from {
        return None;
    }
    let (domain_start, at_sign) = sign(glyphs, local_end, &['@'], ATS)?;
    let mut domain = String::new();
    let (mut index, mut end, mut plainest) = (domain_start, domain_start, at_sign);
    loop {
        let label_end = run(glyphs, index, |c| c.is_ascii_alphanumeric() || c == '-');
        if label_end == index {
            break;
        }
        domain.push_str(&word(glyphs, index, label_end));
        end = label_end;
        match sign(glyphs, label_end, &['.'], DOTS) {
            // "name@example.org. Then …" ends with the sentence.
            Some((next, written)) if written != Written::Spaced || at_sign != Written::Plain => {
                if at(glyphs, next).is_ascii_alphanumeric() && domain.len() < 64 {
                    domain.push('.');
                    index = next;
                    if written == Written::Hidden || written == Written::Word {
                        plainest = Written::Hidden;
                    }
                } else {
                    break;
                }
            }
            _ => break,
        }
        if domain.ends_with('.') && at_sign != Written::Plain && domain.matches('.').count() > 2 {
            return None;
        }
    }
    let domain = domain.trim_end_matches(['.', '-']);
    let top = domain.rsplit('.').next().unwrap_or_default();
    let valid = domain.contains('.') && top.len() >= 2 && top.bytes().all(|b| b.is_ascii_alphabetic());
    let credible = match at_sign {
        Written::Plain => true,
        Written::Hidden => USUAL.contains(&top),
        Written::Word => plainest == Written::Hidden && USUAL.contains(&top),
        Written::Spaced => USUAL.contains(&top) && local_end - from >= 3 && (at(glyphs, local_end) == ' ' && at(glyphs, domain_start - 1) == ' '),
    };
    let value = || format!("{}@{domain}", &*word(glyphs, from, local_end));
    (valid && credible).then(|| (Some(contact(glyphs, ContactKind::Email, value(), from, end)), end))
}
