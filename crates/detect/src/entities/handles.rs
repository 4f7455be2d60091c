//! Handles and links of messaging services, e-mail addresses and other links.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use vigie_model::{Contact, ContactKind};
use vigie_text::Glyph;

use super::{at, before, span, word};

use ContactKind::{Discord, Email, Instagram, Session, Signal, Snapchat, Telegram, Threema, Url, Whatsapp, Wickr};

/// What people call the services.
const SERVICES: &[(&str, ContactKind)] = &[
    ("snap", Snapchat),
    ("snapchat", Snapchat),
    ("snapp", Snapchat),
    ("snp", Snapchat),
    ("sc", Snapchat),
    ("snapshat", Snapchat),
    ("snape", Snapchat),
    ("insta", Instagram),
    ("instagram", Instagram),
    ("ig", Instagram),
    ("instagramm", Instagram),
    ("telegram", Telegram),
    ("télégram", Telegram),
    ("telegramme", Telegram),
    ("télégramme", Telegram),
    ("tele", Telegram),
    ("télé", Telegram),
    ("tlg", Telegram),
    ("tlgm", Telegram),
    ("tg", Telegram),
    ("telegramm", Telegram),
    ("whatsapp", Whatsapp),
    ("whatsap", Whatsapp),
    ("wsp", Whatsapp),
    ("whats", Whatsapp),
    ("watsap", Whatsapp),
    ("watsapp", Whatsapp),
    ("signal", Signal),
    ("threema", Threema),
    ("wickr", Wickr),
    ("wickrme", Wickr),
    ("session", Session),
    ("discord", Discord),
];

static BY_NAME: LazyLock<FxHashMap<&'static str, ContactKind>> = LazyLock::new(|| SERVICES.iter().copied().collect());

/// Hosts whose links lead to an account or a conversation: host, what stands before the handle in the path, service.
const HOSTS: &[(&str, &str, ContactKind)] = &[
    ("t.me", "", Telegram),
    ("telegram.me", "", Telegram),
    ("telegram.dog", "", Telegram),
    ("wa.me", "", Whatsapp),
    ("api.whatsapp.com", "send?phone=", Whatsapp),
    ("chat.whatsapp.com", "", Whatsapp),
    ("snapchat.com", "add/", Snapchat),
    ("www.snapchat.com", "add/", Snapchat),
    ("story.snapchat.com", "", Snapchat),
    ("instagram.com", "", Instagram),
    ("www.instagram.com", "", Instagram),
    ("ig.me", "m/", Instagram),
    ("discord.gg", "", Discord),
    ("discord.com", "invite/", Discord),
    ("signal.me", "", Signal),
    ("signal.group", "", Signal),
    ("threema.id", "", Threema),
];

/// Words that stand between a service's name and the handle.
const FILLERS: &[&str] = &[
    "moi", "me", "c'est", "c’est", "est", "is", "at", "on", "add", "ajoute", "ajoutez", "perso", "mon", "pseudo", "le", "au", "es", "è", "ist", "mein", "mi",
    "my", "user", "id", "sur", "compte", "canal", "channel",
];

/// Words that follow a service's name and are no handles.
const NOT_HANDLES: &[&str] = &[
    "dispo",
    "disponible",
    "only",
    "uniquement",
    "svp",
    "merci",
    "please",
    "pour",
    "for",
    "et",
    "and",
    "ou",
    "or",
    "en",
    "dans",
    "story",
    "stories",
    "in",
    "the",
    "les",
    "des",
    "bio",
    "lien",
    "link",
    "group",
    "groupe",
    "http",
    "https",
    "www",
    "now",
    "today",
    "what",
    "who",
    "che",
    "que",
    "und",
    "oder",
    "met",
    "van",
    "live",
    "news",
    "pic",
    "pics",
    "photo",
    "photos",
    "video",
    "post",
];

/// Finds the handles and links of a text.
pub(super) fn read(glyphs: &[Glyph]) -> Vec<Contact> {
    let mut found = Vec::new();
    let mut index = 0;
    let mut token = Token::default();
    while index < glyphs.len() {
        if index >= token.end {
            token = Token::at(glyphs, index);
        }
        let first = at(glyphs, index);
        let opens = is_word(first) || matches!(first, '@' | '👻');
        if !opens || is_word(before(glyphs, index)) || matches!(before(glyphs, index), '/' | '.') {
            index += 1;
            continue;
        }
        let next = (if token.dotted { link(glyphs, index) } else { None })
            .or_else(|| if token.has_at { email(glyphs, index) } else { None })
            .or_else(|| spaced_link(glyphs, index))
            .or_else(|| after_service(glyphs, index))
            .or_else(|| before_service(glyphs, index));
        match next {
            Some((contact, end)) => {
                found.extend(contact);
                index = end.max(index + 1);
            }
            None => index += 1,
        }
    }
    found
}

/// A run of characters without a blank, and what a link or an address would need in it.
#[derive(Debug, Default)]
struct Token {
    end: usize,
    dotted: bool,
    has_at: bool,
}

impl Token {
    fn at(glyphs: &[Glyph], index: usize) -> Self {
        let end = run(glyphs, index, |c| !c.is_whitespace()).max(index + 1);
        let text = glyphs.get(index..end).unwrap_or_default();
        Self { end, dotted: text.iter().any(|g| g.c == '.'), has_at: text.iter().any(|g| g.c == '@') }
    }
}

type Read = Option<(Option<Contact>, usize)>;

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_handle(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

/// One past the end of the run of characters from `index` that satisfy `accept`.
fn run(glyphs: &[Glyph], index: usize, accept: impl Fn(char) -> bool) -> usize {
    index + glyphs.iter().skip(index).take_while(|g| accept(g.c)).count()
}

fn contact(glyphs: &[Glyph], kind: ContactKind, value: String, from: usize, to: usize) -> Contact {
    let (start, end) = span(glyphs, from, to);
    Contact { kind, value, start, end }
}

/// A web address, with or without its scheme.
fn link(glyphs: &[Glyph], from: usize) -> Read {
    let end = run(glyphs, from, |c| !c.is_whitespace() && !matches!(c, '"' | '<' | '>' | '«' | '»' | '|'));
    let dotted = glyphs.get(from..end).unwrap_or_default().iter().any(|g| g.c == '.');
    if end - from < 6 || !dotted {
        return None;
    }
    let address = word(glyphs, from, end);
    let scheme = ["https://", "http://"].iter().find(|s| address.starts_with(**s)).map_or(0, |s| s.len());
    let rest = address.get(scheme..)?;
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(host_end)?;
    let (host, path) = (host.trim_end_matches(['.', ',', ')', '!', ';', ':']), path.trim_end_matches(['.', ',', ')', '!', ';', ':', '…', '\'']));
    if let Some((kind, value)) = account(host, path) {
        return Some((Some(contact(glyphs, kind, value, from, from + scheme + host.len() + path.chars().count())), end));
    }
    let known_form = scheme > 0 || host.starts_with("www.") || is_bare_domain(host, path);
    if !known_form || !is_host(host) {
        return None;
    }
    let value = format!("{host}{path}");
    let length = scheme + value.chars().count();
    Some((Some(contact(glyphs, Url, value, from, from + length)), end))
}

/// The account that a link leads to.
fn account(host: &str, path: &str) -> Option<(ContactKind, String)> {
    let path = path.strip_prefix('/')?;
    let (_, prefix, kind) = HOSTS.iter().find(|(h, prefix, _)| *h == host && path.starts_with(prefix))?;
    let handle = path.get(prefix.len()..)?.trim_start_matches('@');
    let handle = handle.split(['/', '?', '&', '#']).next().unwrap_or_default();
    let handle = if *kind == Telegram { handle.trim_start_matches('+') } else { handle };
    if *kind == Instagram && matches!(handle, "p" | "reel" | "stories" | "tv" | "explore") {
        return None;
    }
    if *kind == Whatsapp && !handle.is_empty() && handle.bytes().all(|b| b.is_ascii_digit() || b == b'+') {
        return Some((Whatsapp, format!("+{}", handle.trim_start_matches(['+', '0']))));
    }
    (!handle.is_empty()).then(|| (*kind, handle.to_owned()))
}

/// "linktr.ee/x", "bit.ly/x": a domain and a path without a scheme.
fn is_bare_domain(host: &str, path: &str) -> bool {
    path.len() > 1
        && host.rsplit('.').next().is_some_and(|tld| (2..=6).contains(&tld.len()) && tld.bytes().all(|b| b.is_ascii_lowercase()))
        && host.split('.').count() >= 2
}

fn is_host(host: &str) -> bool {
    host.contains('.') && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':')) && !host.starts_with('.')
}

/// "t . me / handle", "wa . me / 33…".
fn spaced_link(glyphs: &[Glyph], from: usize) -> Read {
    if !matches!(at(glyphs, from), 't' | 'w') {
        return None;
    }
    let (mut index, mut spaced) = (from, false);
    let kind = [("t.me/", Telegram), ("wa.me/", Whatsapp)].into_iter().find_map(|(pattern, kind)| {
        (index, spaced) = (from, false);
        for expected in pattern.chars() {
            while at(glyphs, index) == ' ' && index > from {
                index += 1;
                spaced = true;
            }
            if at(glyphs, index) != expected {
                return None;
            }
            index += 1;
        }
        spaced.then_some(kind)
    })?;
    let start = run(glyphs, index, |c| c == ' ');
    let end = run(glyphs, start, is_handle);
    let (_, value) = account(if kind == Telegram { "t.me" } else { "wa.me" }, &format!("/{}", trim_handle(&word(glyphs, start, end))))?;
    Some((Some(contact(glyphs, kind, value, from, end)), end))
}

fn email(glyphs: &[Glyph], from: usize) -> Read {
    let local_end = run(glyphs, from, |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%'));
    if local_end == from || at(glyphs, local_end) != '@' {
        return None;
    }
    let end = run(glyphs, local_end + 1, |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    let domain = word(glyphs, local_end + 1, end);
    let domain = domain.trim_end_matches(['.', '-']);
    let tld = domain.rsplit('.').next().unwrap_or_default();
    if !domain.contains('.') || tld.len() < 2 || !tld.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let end = local_end + 1 + domain.len();
    Some((Some(contact(glyphs, Email, format!("{}@{domain}", &*word(glyphs, from, local_end)), from, end)), end))
}

/// "snap: handle", "telegram @handle", "insta 👉 handle_31", "👻 handle".
fn after_service(glyphs: &[Glyph], from: usize) -> Read {
    let (kind, mut index) = service(glyphs, from)?;
    let mut explicit = kind == Snapchat && at(glyphs, from) == '👻';
    // Separators, pointers and a few words may stand between; a colon, an arrow or an @ makes what follows a handle whatever it looks like.
    for _ in 0..3 {
        let gap_end = run(glyphs, index, |c| !is_word(c) && c != '\n' && c != '#');
        if gap_end - index > 8 {
            return Some((None, index));
        }
        let gap = glyphs.get(index..gap_end).unwrap_or_default();
        explicit |= gap.iter().any(|g| matches!(g.c, ':' | '@' | '=' | '→' | '>' | '👉' | '➡' | '👻' | '⤵'));
        index = gap_end;
        let word_end = run(glyphs, index, |c| is_word(c) || matches!(c, '\'' | '’'));
        if FILLERS.contains(&&*word(glyphs, index, word_end)) {
            index = word_end;
        } else {
            break;
        }
    }
    let end = run(glyphs, index, is_handle);
    let written = word(glyphs, index, end);
    let handle = trim_handle(&written);
    let plausible = (3..=32).contains(&handle.len())
        && handle.bytes().any(|b| b.is_ascii_alphabetic())
        && !is_word(at(glyphs, index + handle.len()))
        && !NOT_HANDLES.contains(&handle)
        && !SERVICES.iter().any(|(name, _)| *name == handle);
    let looks_like_one = handle.bytes().any(|b| b.is_ascii_digit() || matches!(b, b'_' | b'.'));
    if !plausible || !(explicit || looks_like_one) {
        return Some((None, index));
    }
    let end = index + handle.len();
    if at(glyphs, end) == '/' {
        return Some((None, index)); // "telegram t.me/…": a link, read as one
    }
    Some((Some(contact(glyphs, kind, handle.to_owned(), index, end)), end))
}

/// The service whose name stands at `from`, and where the name ends.
fn service(glyphs: &[Glyph], from: usize) -> Option<(ContactKind, usize)> {
    if at(glyphs, from) == '👻' {
        return Some((Snapchat, from + 1));
    }
    if !matches!(at(glyphs, from), 's' | 'i' | 't' | 'w' | 'd') {
        return None;
    }
    let end = run(glyphs, from, is_word);
    if end - from < 2 || end - from > 12 {
        return None;
    }
    BY_NAME.get(&*word(glyphs, from, end)).map(|kind| (*kind, end))
}

/// "@handle sur snap", "handle_31 on telegram".
fn before_service(glyphs: &[Glyph], from: usize) -> Read {
    let start = from + usize::from(at(glyphs, from) == '@');
    let end = run(glyphs, start, is_handle);
    let marked = start > from || glyphs.get(start..end).unwrap_or_default().iter().any(|g| g.c.is_ascii_digit() || g.c == '_');
    if !marked {
        return None;
    }
    let written = word(glyphs, start, end);
    let handle = trim_handle(&written);
    if !(3..=32).contains(&handle.len()) {
        return None;
    }
    let mut index = run(glyphs, start + handle.len(), |c| c == ' ');
    let word_end = run(glyphs, index, is_word);
    if !["sur", "on", "en", "su", "auf", "op", "via"].contains(&&*word(glyphs, index, word_end)) {
        return None;
    }
    index = run(glyphs, word_end, |c| c == ' ');
    let (kind, service_end) = service(glyphs, index)?;
    handle.bytes().any(|b| b.is_ascii_alphabetic()).then(|| (Some(contact(glyphs, kind, handle.to_owned(), start, start + handle.len())), service_end))
}

fn trim_handle(written: &str) -> &str {
    written.trim_end_matches(['.', '-']).trim_start_matches(['.', '-'])
}

#[cfg(test)]
mod tests {
    use vigie_text::Glyphs;

    use super::*;

    fn contacts(text: &str) -> Vec<String> {
        let mut glyphs = Glyphs::default();
        glyphs.read(text);
        read(glyphs.as_slice())
            .into_iter()
            .map(|c| {
                assert!(text.get(c.start as usize..c.end as usize).is_some());
                format!("{}={}", c.kind.as_str(), c.value)
            })
            .collect()
    }

    #[test]
    fn reads_handles_after_the_service() {
        for (text, expected) in [
            ("Snap: demo_fictif31", "snapchat=demo_fictif31"),
            ("snap 👉 demofictif", "snapchat=demofictif"),
            ("ajoute mon snap demo.fictif", "snapchat=demo.fictif"),
            ("👻 demofictif", "snapchat=demofictif"),
            ("Télégram @demofictif", "telegram=demofictif"),
            ("tele : demofictif_bot.", "telegram=demofictif_bot"),
            ("insta @demo.fictif !", "instagram=demo.fictif"),
            ("Signal: fictif.01", "signal=fictif.01"),
            ("@demo_fictif sur snap", "snapchat=demo_fictif"),
            ("wickr: fictifdemo", "wickr=fictifdemo"),
        ] {
            assert_eq!(contacts(text), [expected], "{text}");
        }
    }

    #[test]
    fn reads_links_and_addresses() {
        for (text, expected) in [
            ("https://t.me/fictifexample", "telegram=fictifexample"),
            ("t.me/fictifexample.", "telegram=fictifexample"),
            ("telegram t.me/fictifexample", "telegram=fictifexample"),
            ("t . me / fictifexample", "telegram=fictifexample"),
            ("wa.me/33639980012", "whatsapp=+33639980012"),
            ("https://www.snapchat.com/add/fictif-demo?share", "snapchat=fictif-demo"),
            ("contact.fictif@example.org,", "email=contact.fictif@example.org"),
            ("voir https://example.org/menu", "url=example.org/menu"),
            ("linktr.ee/fictif", "url=linktr.ee/fictif"),
            ("www.example.com", "url=www.example.com"),
        ] {
            assert_eq!(contacts(text), [expected], "{text}");
        }
    }

    #[test]
    fn leaves_talk_about_services_alone() {
        for text in [
            "je suis sur snap",
            "snap moi",
            "telegram est down",
            "le signal est faible",
            "insta story",
            "mon insta en bio",
            "session du conseil",
            "snap: dispo",
            "bonjour.merci a tous",
            "M.Dupont",
            "@user @user salut",
        ] {
            assert!(contacts(text).is_empty(), "{text}: {:?}", contacts(text));
        }
    }
}
