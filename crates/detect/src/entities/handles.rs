//! Handles of messaging services, named before or after them; and, in the same pass, links and addresses.

use smallvec::SmallVec;
use vigie_model::{Contact, ContactKind};
use vigie_text::Glyph;

use super::{
    at, before, contact,
    everyday::{is_everyday, is_filler},
    links::{self, Read},
    payments, run,
    services::{self, LONGEST_NAME, Naming, Service},
    word,
};

/// Finds the handles, links, addresses and payment aliases of a text.
pub(super) fn read(glyphs: &[Glyph]) -> Vec<Contact> {
    let mut found = Vec::new();
    let mut index = 0;
    while let Some(glyph) = glyphs.get(index) {
        let opens = is_word(glyph.c) || matches!(glyph.c, '@' | '👻' | '✈' | '$');
        if !opens || is_word(before(glyphs, index)) || matches!(before(glyphs, index), '/' | '.') {
            index += 1;
            continue;
        }
        let letters_end = run(glyphs, index, char::is_alphabetic);
        if is_ordinary(glyphs, index, letters_end) {
            index = letters_end;
            continue;
        }
        let word_end = run(glyphs, letters_end, is_word).max(index + 1);
        index = one(glyphs, index, word_end, &mut found).map_or(word_end, |end| end.max(index + 1));
    }
    found
}

/// A quick look at a run of letters: whether nothing that is read here can begin with it.
#[inline]
fn is_ordinary(glyphs: &[Glyph], from: usize, end: usize) -> bool {
    let head = (at(glyphs, from), at(glyphs, from + 1), at(glyphs, from + 2));
    end > from
        && matches!(at(glyphs, end), ' ' | ',' | '\n' | '\0' | '!' | '\'' | '’')
        && !services::may_begin(head.0, head.1, head.2)
        && !payments::may_begin(head.0, head.1, head.2)
        && !links::sign_may_follow(glyphs, end)
        && !may_be_spelled(glyphs, end)
}

/// Reads what begins at a word; gives where it ends, if anything was read.
fn one(glyphs: &[Glyph], from: usize, word_end: usize, found: &mut Vec<Contact>) -> Option<usize> {
    let token = Token::at(glyphs, from, word_end);
    let single = (if token.dotted || token.scheme { links::link(glyphs, from) } else { None })
        .or_else(|| if token.has_at { links::email(glyphs, from) } else { None })
        .or_else(|| if links::sign_may_follow(glyphs, word_end) { disguised(glyphs, from, word_end) } else { None })
        .or_else(|| payments::read(glyphs, from, word_end))
        .or_else(|| session_id(glyphs, from, word_end));
    if let Some((contact, end)) = single {
        found.extend(contact);
        return Some(end);
    }
    after_service(glyphs, from, found).or_else(|| before_service(glyphs, from, word_end, found))
}

fn disguised(glyphs: &[Glyph], from: usize, word_end: usize) -> Read {
    links::disguised_link(glyphs, from, word_end).or_else(|| links::email(glyphs, from))
}

/// What the run of characters without a blank holds that a link or an address needs.
#[derive(Debug, Default, Clone, Copy)]
struct Token {
    dotted: bool,
    scheme: bool,
    has_at: bool,
}

impl Token {
    /// Of a word that ends at `word_end`: nothing where a blank follows it.
    fn at(glyphs: &[Glyph], from: usize, word_end: usize) -> Self {
        let mut token = Self::default();
        if !matches!(at(glyphs, word_end), '.' | ':' | '-' | '@' | '+' | '%' | '/' | '?') {
            return token;
        }
        let mut after_dot = false;
        for glyph in glyphs.iter().skip(from).take_while(|g| !g.c.is_whitespace()) {
            token.dotted |= after_dot && glyph.c.is_ascii_alphanumeric();
            token.has_at |= glyph.c == '@';
            token.scheme |= glyph.c == '/';
            after_dot = glyph.c == '.';
        }
        token
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_handle(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

/// An identifier of Session: 66 hexadecimal digits that begin with 05.
fn session_id(glyphs: &[Glyph], from: usize, to: usize) -> Read {
    let is_id = to - from == 66 && at(glyphs, from) == '0' && at(glyphs, from + 1) == '5' && (from..to).all(|i| at(glyphs, i).is_ascii_hexdigit());
    is_id.then(|| (Some(contact(glyphs, ContactKind::Session, word(glyphs, from, to).to_owned(), from, to)), to))
}

/// What stands between a service's name and a handle, and how sure it makes that the handle is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pointing {
    /// Blanks: only what looks like a handle is one.
    No,
    /// A dash, a bar, a bracket: a last word of its line is one as well.
    Weak,
    /// A colon.
    Colon,
    /// An arrow, a pointing finger, "pseudo".
    Strong,
    /// `@`, `$`.
    Mark,
}

fn pointing(c: char) -> Pointing {
    match c {
        '@' | '$' => Pointing::Mark,
        ':' => Pointing::Colon,
        '=' | '→' | '➜' | '➔' | '>' | '👉' | '➡' | '👻' | '⤵' | '⬇' | '👇' | '↓' | '⇒' | '»' => Pointing::Strong,
        '-' | '–' | '—' | '|' | '(' | '[' | '"' | '“' | '«' => Pointing::Weak,
        _ => Pointing::No,
    }
}

/// "snap: handle", "telegram @handle", "snap/insta 👉 handle_31", "👻 handle".
fn after_service(glyphs: &[Glyph], from: usize, found: &mut Vec<Contact>) -> Option<usize> {
    let (service, mut index) = service(glyphs, from)?;
    let mut services: SmallVec<[Service; 2]> = SmallVec::from_iter([service]);
    let mut sure = if at(glyphs, from) == '👻' { Pointing::Strong } else { Pointing::No };
    for _ in 0..4 {
        let gap_end = run(glyphs, index, |c| !is_word(c) && c != '#');
        if gap_end - index > 12 || !same_thought(glyphs, index, gap_end) {
            return Some(index);
        }
        let one_line_ended = glyphs.get(index..gap_end).unwrap_or_default().iter().any(|g| g.c == '\n');
        sure = glyphs.get(index..gap_end).unwrap_or_default().iter().map(|g| pointing(g.c)).fold(sure, Ord::max);
        index = gap_end;
        let word_end = run(glyphs, index, |c| is_word(c) || matches!(c, '\'' | '’'));
        let next = word(glyphs, index, word_end);
        if let Some((other, end)) = self::service(glyphs, index).filter(|_| sure < Pointing::Mark && !one_line_ended && at(glyphs, word_end) != '.') {
            services.push(other);
            index = end;
        } else if is_filler(&next) && (sure < Pointing::Colon || announces(&next)) {
            if announces(&next) {
                sure = sure.max(Pointing::Strong);
            }
            index = word_end;
        } else {
            break;
        }
    }
    let (handle, end) = handle(glyphs, index);
    let whole_line = ends_line(glyphs, end);
    let accepted = is_plausible(glyphs, &handle, end) && services.iter().any(|service| is_meant(*service, sure, &handle, whole_line));
    if !accepted || at(glyphs, end) == '/' {
        return Some(index); // "telegram t.me/…": a link, read as one
    }
    for service in services {
        let (value, end) = with_number(glyphs, service.kind, handle.clone(), end);
        found.push(contact(glyphs, service.kind, services::value(service.kind, service.label, &value), index, end));
    }
    Some(end)
}

/// Whether a gap does not end a sentence before going on.
fn same_thought(glyphs: &[Glyph], from: usize, to: usize) -> bool {
    let gap = glyphs.get(from..to).unwrap_or_default();
    let ends = gap.iter().any(|g| matches!(g.c, '?' | ';') || (g.c == '.' && gap.len() > 1));
    let lines = gap.iter().filter(|g| g.c == '\n').count();
    if gap.windows(2).any(|pair| matches!(pair, [Glyph { c: '.' | '!', .. }, Glyph { c: ' ', .. }])) {
        return gap.iter().any(|g| pointing(g.c) == Pointing::Strong);
    }
    let points = gap.iter().any(|g| pointing(g.c) >= Pointing::Colon);
    lines <= if points { 3 } else { 2 } && (!ends || points)
}

/// "c'est", "pseudo": what follows is the handle.
fn announces(word: &str) -> bool {
    matches!(
        word,
        "c'est"
            | "c’est"
            | "cest"
            | "pseudo"
            | "username"
            | "user"
            | "id"
            | "ajoute"
            | "ajoutez"
            | "ajouter"
            | "add"
            | "nick"
            | "nickname"
            | "utente"
            | "usuario"
            | "benutzername"
    )
}

/// Whether a word after a service's name is meant as a handle there.
fn is_meant(service: Service, sure: Pointing, handle: &str, whole_line: bool) -> bool {
    let shaped = looks_like_one(handle);
    match (service.naming, sure) {
        (Naming::Marked, sure) => sure == Pointing::Mark,
        (_, Pointing::Mark) => true,
        (Naming::Plain | Naming::Brand, Pointing::Strong) | (Naming::Plain, Pointing::Colon) => true,
        (Naming::Plain | Naming::Brand, Pointing::Weak) | (Naming::Brand, Pointing::Colon) | (Naming::Everyday, Pointing::Colon | Pointing::Strong) => {
            shaped || (whole_line && handle.len() >= 5)
        }
        _ => shaped,
    }
}

/// Letters with a digit, an underscore or a dot among them: no everyday word.
fn looks_like_one(handle: &str) -> bool {
    let letters = handle.bytes().filter(u8::is_ascii_alphabetic).count();
    let starts = handle.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    starts && letters >= 3 && handle.bytes().any(|b| b.is_ascii_digit() || matches!(b, b'_' | b'.'))
}

fn is_plausible(glyphs: &[Glyph], handle: &str, end: usize) -> bool {
    (3..=66).contains(&handle.len())
        && handle.bytes().any(|b| b.is_ascii_alphabetic())
        && !is_word(at(glyphs, end))
        && !matches!(at(glyphs, end), '\'' | '’' | '€')
        && !handle.contains("..")
        && !is_everyday(handle)
        && services::named(handle).is_none()
}

/// Whether nothing but signs and pictures follows in the line.
fn ends_line(glyphs: &[Glyph], from: usize) -> bool {
    let rest = glyphs.iter().skip(from).take_while(|g| g.c != '\n').take(4);
    let mut signs = rest.map_while(|g| (!is_word(g.c)).then_some(g.c));
    let first = signs.next();
    first.is_none_or(|c| c != ' ') && !is_word(at(glyphs, from))
        || signs.any(|c| !c.is_ascii() || matches!(c, '|' | '/' | '(' | '-'))
        || at(glyphs, from + 1) == '\0'
}

/// The handle at a position, its underscores perhaps spelled out, and where it ends.
fn handle(glyphs: &[Glyph], from: usize) -> (String, usize) {
    let end = run(glyphs, from, is_handle);
    let written = word(glyphs, from, end);
    let kept = written.trim_end_matches(['.', '-']);
    let (mut value, mut end) = (kept.trim_start_matches(['.', '-']).to_owned(), from + kept.len());
    while let Some(next) = underscore(glyphs, end) {
        let part_end = run(glyphs, next, is_handle);
        let part = word(glyphs, next, part_end);
        let part = part.trim_end_matches(['.', '-']);
        if part.is_empty() {
            break;
        }
        value.push('_');
        value.push_str(part);
        end = next + part.len();
    }
    (value, end)
}

/// How an underscore is said.
const UNDERSCORES: &[&str] = &["underscore", "tiret bas", "tiret du bas", "guion bajo", "trattino basso", "unterstrich", "laag streepje"];

/// A quick look: whether an underscore in words may follow the word that ends here.
fn may_be_spelled(glyphs: &[Glyph], end: usize) -> bool {
    let from = end + 1 + usize::from(matches!(at(glyphs, end + 1), '(' | '['));
    matches!(
        (at(glyphs, from), at(glyphs, from + 1), at(glyphs, from + 2)),
        ('_', ..) | ('u', 'n', 'd' | 't') | ('t', 'i', 'r') | ('t', 'r', 'a') | ('g', 'u', 'i') | ('l', 'a', 'a')
    ) && underscore(glyphs, end).is_some()
}

/// The glyph after an underscore that is written as a word, in brackets or between blanks.
fn underscore(glyphs: &[Glyph], from: usize) -> Option<usize> {
    let is_frame = |c: char| matches!(c, ' ' | '(' | ')' | '[' | ']');
    if !is_frame(at(glyphs, from)) {
        return None;
    }
    let start = run(glyphs, from, is_frame);
    if start - from > 2 || !matches!(at(glyphs, start), '_' | 'u' | 't' | 'g' | 'l') {
        return None;
    }
    if at(glyphs, start) == '_' && at(glyphs, start + 1) == ' ' {
        return Some(start + 2);
    }
    let said = |name: &&&str| name.chars().zip(start..).all(|(c, index)| at(glyphs, index) == c);
    let end = start + UNDERSCORES.iter().find(said)?.len();
    let next = run(glyphs, end, is_frame);
    (next > end).then_some(next)
}

/// Discord's older names end in `#` and four digits.
fn with_number(glyphs: &[Glyph], kind: ContactKind, handle: String, end: usize) -> (String, usize) {
    let to = run(glyphs, end + 1, |c| c.is_ascii_digit());
    if kind != ContactKind::Discord || at(glyphs, end) != '#' || to != end + 5 {
        return (handle, end);
    }
    (format!("{handle}#{}", &*word(glyphs, end + 1, to)), to)
}

/// The service whose name stands at `from`, and where the name ends.
fn service(glyphs: &[Glyph], from: usize) -> Option<(Service, usize)> {
    match at(glyphs, from) {
        '👻' => return Some((services::named("snap")?, from + 1)),
        '✈' => return Some((Service { naming: Naming::Marked, ..services::named("tg")? }, from + 1)),
        c if !services::may_begin(c, at(glyphs, from + 1), at(glyphs, from + 2)) => return None,
        _ => {}
    }
    let end = run(glyphs, from, |c| c.is_ascii_alphanumeric() || c == '$');
    let end =
        if at(glyphs, end) == '@' && end - from <= 3 && at(glyphs, end + 1).is_ascii_alphabetic() { run(glyphs, end + 1, char::is_alphanumeric) } else { end };
    if end - from > LONGEST_NAME || end == from || at(glyphs, end) == '_' {
        return None;
    }
    let name = word(glyphs, from, end);
    in_two(glyphs, end, &name)
        .or_else(|| services::named(&name).or_else(|| services::named(&unleet(&name)?)).map(|s| (s, end)))
        .or_else(|| spelled(glyphs, from))
}

/// "snap-chat", "whats app", "cash app".
fn in_two(glyphs: &[Glyph], end: usize, first: &str) -> Option<(Service, usize)> {
    let begins = matches!(first, "snap" | "tele" | "whats" | "what" | "insta" | "cash" | "wickr");
    if !begins || !matches!(at(glyphs, end), ' ' | '-' | '.' | '·' | '*') {
        return None;
    }
    let second_end = run(glyphs, end + 1, |c| c.is_ascii_alphabetic());
    let second = word(glyphs, end + 1, second_end);
    services::named_in_two(&format!("{first}{}", &*second)).map(|service| (service, second_end))
}

/// The name with its digits and symbols as the letters that they stand for; none if it has none.
fn unleet(name: &str) -> Option<String> {
    if name.len() < 4 || name.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let read = |one: char| {
        name.chars()
            .map(|c| match c {
                '0' => 'o',
                '1' => one,
                '3' => 'e',
                '4' | '@' => 'a',
                '5' | '$' => 's',
                '7' => 't',
                _ => c,
            })
            .collect::<String>()
    };
    ['i', 'l'].into_iter().map(read).find(|name| services::named(name).is_some())
}

/// "s.n.a.p", "t e l e g r a m": single letters with the same separator between them.
fn spelled(glyphs: &[Glyph], from: usize) -> Option<(Service, usize)> {
    let separator = at(glyphs, from + 1);
    if !matches!(separator, ' ' | '.' | '-' | '*' | '_' | '·') {
        return None;
    }
    let mut name = String::new();
    let mut index = from;
    let mut best = None;
    while name.len() < LONGEST_NAME && at(glyphs, index).is_ascii_alphanumeric() && !is_plain(at(glyphs, index + 1)) {
        name.push(at(glyphs, index));
        if name.len() >= 4
            && let Some(service) = services::named(&name)
        {
            best = Some((service, index + 1));
        }
        if at(glyphs, index + 1) != separator {
            break;
        }
        index += 2;
    }
    best
}

fn is_plain(c: char) -> bool {
    c.is_alphanumeric()
}

/// "@handle sur snap", "handle_31 on telegram", "@handle (insta)".
fn before_service(glyphs: &[Glyph], from: usize, word_end: usize, found: &mut Vec<Contact>) -> Option<usize> {
    let marked = at(glyphs, from) == '@';
    let in_shape = |g: &Glyph| g.c.is_ascii_digit() || matches!(g.c, '_' | '.');
    if !marked && !glyphs.iter().skip(from).take_while(|g| is_handle(g.c)).any(in_shape) && !may_be_spelled(glyphs, word_end) {
        return None;
    }
    let start = from + usize::from(marked);
    let (handle, end) = handle(glyphs, start);
    if !(3..=32).contains(&handle.len()) || !(marked || looks_like_one(&handle)) || !handle.bytes().any(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let mut index = run(glyphs, end, |c| matches!(c, ' ' | '(' | '[' | '-' | '–'));
    if index == end {
        return None;
    }
    let mut word_end = run(glyphs, index, is_word);
    let preposition = matches!(&*word(glyphs, index, word_end), "sur" | "on" | "en" | "su" | "auf" | "op" | "via" | "dans" | "in" | "bei" | "por");
    if preposition {
        index = run(glyphs, word_end, |c| c == ' ');
        word_end = run(glyphs, index, is_word);
        if matches!(&*word(glyphs, index, word_end), "mon" | "my" | "mi" | "mein" | "mijn" | "il" | "le") {
            index = run(glyphs, word_end, |c| c == ' ');
        }
    } else if !marked || !matches!(before(glyphs, index), '(' | '[') {
        return None;
    }
    let (service, service_end) = service(glyphs, index)?;
    found.push(contact(glyphs, service.kind, services::value(service.kind, service.label, &handle), start, end));
    Some(service_end)
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
            ("linktr.ee/fictif", "linkpage=linktr.ee/fictif"),
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
