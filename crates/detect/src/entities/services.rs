//! The services that people are reached and paid through: how their names are written, and the hosts of their links.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use vigie_model::ContactKind;

use super::beginnings::Beginnings;

use ContactKind::{Discord, Instagram, Linkpage, Payment, Session, Shortlink, Signal, Snapchat, Telegram, Threema, Whatsapp, Wickr, X};

/// A service that is named before or after a handle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Service {
    pub(super) kind: ContactKind,
    /// Begins the value of a payment alias; empty for others.
    pub(super) label: &'static str,
    pub(super) naming: Naming,
}

/// How much the name alone says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// Names nothing else.
    Plain,
    /// The full name, of which news speaks as well: "Telegram: founder arrested".
    Brand,
    /// An everyday word as well: "signal", "session", "télé".
    Everyday,
    /// Counts only before `@` or `$`.
    Marked,
}

/// Names without accents, as in [`vigie_text::Glyphs`].
const NAMES: &[(&[&str], ContactKind, &str, Naming)] = &[
    (&["snap", "snaps", "snapp", "snaap", "snp", "snpchat", "snapshat", "snapchatt", "snapcht", "snaptchat", "snapi"], Snapchat, "", Naming::Plain),
    (&["sc", "snapc"], Snapchat, "", Naming::Everyday),
    (&["insta", "instagramm", "instagrame", "instgram", "isntagram", "insta'"], Instagram, "", Naming::Plain),
    (&["snapchat"], Snapchat, "", Naming::Brand),
    (&["instagram"], Instagram, "", Naming::Brand),
    (&["telegram", "telegramme"], Telegram, "", Naming::Brand),
    (&["whatsapp"], Whatsapp, "", Naming::Brand),
    (&["ig"], Instagram, "", Naming::Everyday),
    (&["telegramm", "telegrm", "telegr", "tlgrm", "tlgram", "telegran", "telegra", "tgram", "tlg", "tlgm"], Telegram, "", Naming::Plain),
    (&["tele", "tg", "teleg"], Telegram, "", Naming::Everyday),
    (
        &["whatsap", "wsp", "watsap", "watsapp", "whatapp", "whattsapp", "wapp", "whtsapp", "wsapp", "whatsup", "whatsapps", "guasap", "wasap", "wassap"],
        Whatsapp,
        "",
        Naming::Plain,
    ),
    (&["whats", "wa", "wats"], Whatsapp, "", Naming::Everyday),
    (&["signal", "sgnl"], Signal, "", Naming::Everyday),
    (&["threema", "threma", "treema"], Threema, "", Naming::Plain),
    (&["wickr", "wickrme", "wicker", "wikr"], Wickr, "", Naming::Plain),
    (&["session", "getsession"], Session, "", Naming::Everyday),
    (&["discord", "dscrd"], Discord, "", Naming::Brand),
    (&["twitter", "x"], X, "", Naming::Marked),
    (&["cashapp", "cashtag"], Payment, "cashapp", Naming::Marked),
    (&["paypal", "pypl"], Payment, "paypal", Naming::Marked),
    (&["revolut", "revtag"], Payment, "revolut", Naming::Marked),
    (&["venmo"], Payment, "venmo", Naming::Marked),
    (&["lydia"], Payment, "lydia", Naming::Marked),
    (&["wero"], Payment, "wero", Naming::Marked),
];

static BY_NAME: LazyLock<FxHashMap<&'static str, Service>> = LazyLock::new(|| {
    let services = NAMES.iter().flat_map(|(names, kind, label, naming)| names.iter().map(|name| (*name, Service { kind: *kind, label, naming: *naming })));
    services.collect()
});

/// Longest name of a service.
pub(super) const LONGEST_NAME: usize = 12;

/// Names that are also written in two parts: "snap-chat", "whats app".
const IN_TWO: &[&str] = &["snapchat", "telegram", "whatsapp", "instagram", "telegramme", "cashapp", "wickrme"];

/// The service of a name in lower case without accents.
pub(super) fn named(name: &str) -> Option<Service> {
    BY_NAME.get(name).copied()
}

/// The service of a name that was written in two parts.
pub(super) fn named_in_two(name: &str) -> Option<Service> {
    if IN_TWO.contains(&name) { named(name) } else { None }
}

static BEGINNINGS: LazyLock<Beginnings> = LazyLock::new(|| {
    let halves = ["cash", "what"];
    Beginnings::of(NAMES.iter().flat_map(|(names, ..)| names.iter().copied()).chain(halves))
});

/// A quick look: whether a name, plain, spelled out or with symbols for letters, may begin with these characters.
#[inline]
pub(super) fn may_begin(first: char, second: char, third: char) -> bool {
    if second.is_ascii_lowercase() && third.is_ascii_lowercase() && first.is_ascii_lowercase() {
        return BEGINNINGS.may_be(first, second, third);
    }
    let is_letter = |c: char| c.is_ascii_lowercase();
    let stands_for_one = |c: char| matches!(c, '$' | '@' | '0' | '1' | '3' | '4' | '5' | '7');
    let first_fits = matches!(first, 's' | '$' | '5' | 'i' | '1' | 't' | '7' | 'w' | 'd' | 'c' | 'p' | 'r' | 'v' | 'x');
    // "sc:", "x:", "s.n.a.p", "sn4p", "5nap".
    let is_short = BEGINNINGS.may_be(first, second, third);
    let is_spelled = matches!(second, ' ' | '.' | '-' | '*' | '_' | '·') && is_letter(third);
    let is_leet =
        (stands_for_one(first) && (is_letter(second) || stands_for_one(second))) || stands_for_one(second) || (is_letter(second) && stands_for_one(third));
    is_short || (first_fits && (is_spelled || is_leet))
}

/// Hosts whose links lead to an account or a conversation: host, what stands before the handle in the path, service.
const HOSTS: &[(&str, &str, ContactKind, &str)] = &[
    ("t.me", "s/", Telegram, ""),
    ("t.me", "joinchat/", Telegram, ""),
    ("t.me", "", Telegram, ""),
    ("telegram.me", "", Telegram, ""),
    ("telegram.dog", "", Telegram, ""),
    ("telegram.org", "", Telegram, ""),
    ("tg.dev", "", Telegram, ""),
    ("resolve", "?domain=", Telegram, ""),
    ("wa.me", "", Whatsapp, ""),
    ("api.whatsapp.com", "send?phone=", Whatsapp, ""),
    ("api.whatsapp.com", "send/?phone=", Whatsapp, ""),
    ("web.whatsapp.com", "send?phone=", Whatsapp, ""),
    ("send", "?phone=", Whatsapp, ""),
    ("chat.whatsapp.com", "", Whatsapp, ""),
    ("whatsapp.com", "channel/", Whatsapp, ""),
    ("snapchat.com", "add/", Snapchat, ""),
    ("snapchat.com", "t/", Snapchat, ""),
    ("snapchat.com", "@", Snapchat, ""),
    ("story.snapchat.com", "u/", Snapchat, ""),
    ("story.snapchat.com", "", Snapchat, ""),
    ("add", "", Snapchat, ""),
    ("instagram.com", "_u/", Instagram, ""),
    ("instagram.com", "", Instagram, ""),
    ("instagr.am", "", Instagram, ""),
    ("ig.me", "m/", Instagram, ""),
    ("discord.gg", "", Discord, ""),
    ("discord.com", "invite/", Discord, ""),
    ("discord.com", "users/", Discord, ""),
    ("discordapp.com", "invite/", Discord, ""),
    ("signal.me", "#p/", Signal, ""),
    ("signal.me", "#eu/", Signal, ""),
    ("signal.group", "#", Signal, ""),
    ("threema.id", "", Threema, ""),
    ("x.com", "", X, ""),
    ("twitter.com", "", X, ""),
    ("mobile.twitter.com", "", X, ""),
    ("paypal.me", "", Payment, "paypal"),
    ("paypal.com", "paypalme/", Payment, "paypal"),
    ("revolut.me", "", Payment, "revolut"),
    ("cash.app", "$", Payment, "cashapp"),
    ("venmo.com", "u/", Payment, "venmo"),
];

/// Pages that every visitor sees, and single posts: no accounts.
const NO_ACCOUNTS: &[(ContactKind, &[&str])] = &[
    (Instagram, &["p", "reel", "reels", "stories", "tv", "explore", "accounts", "about", "legal", "developer"]),
    (Telegram, &["share", "iv", "proxy", "addstickers", "setlanguage", "faq", "dl", "apps", "blog", "c"]),
    (X, &["i", "home", "search", "hashtag", "intent", "share", "explore", "settings", "login", "tos", "privacy", "compose"]),
    (Snapchat, &["discover", "spotlight", "download"]),
];

/// Services that replace a link with a short one. `t.co` is left out: X puts it over every link of its own accord.
const SHORTENERS: &[&str] = &[
    "bit.ly",
    "tinyurl.com",
    "cutt.ly",
    "is.gd",
    "v.gd",
    "t.ly",
    "rb.gy",
    "shorturl.at",
    "ow.ly",
    "buff.ly",
    "rebrand.ly",
    "goo.gl",
    "s.id",
    "urlz.fr",
    "lc.cx",
    "tiny.cc",
    "bl.ink",
    "shrtco.de",
    "clck.ru",
    "dub.sh",
    "short.gy",
    "kutt.it",
    "u.to",
    "bitly.com",
    "j.mp",
    "qr.ae",
    "adf.ly",
    "gg.gg",
    "tny.sh",
    "urlr.me",
    "surl.li",
    "shorte.st",
    "n9.cl",
    "acortar.link",
    "goo.su",
    "2u.pw",
    "tinu.be",
    "lnkd.in",
    "soo.gd",
    "qrco.de",
    "me-qr.com",
    "qr1.be",
    "vu.fr",
];

/// Pages that list an account's other links.
const LINK_PAGES: &[&str] = &[
    "linktr.ee",
    "beacons.ai",
    "bio.link",
    "lnk.bio",
    "linkin.bio",
    "campsite.bio",
    "taplink.cc",
    "allmylinks.com",
    "solo.to",
    "carrd.co",
    "about.me",
    "msha.ke",
    "bio.site",
    "snipfeed.co",
    "hoo.be",
    "linkpop.com",
    "flow.page",
    "contactinbio.com",
    "many.link",
    "lynxinbio.com",
    "direct.me",
    "guns.lol",
    "linkr.bio",
    "heylink.me",
    "zaap.bio",
    "komi.io",
    "tap.bio",
    "shor.by",
    "znap.link",
    "pillar.io",
    "linktree.com",
    "mez.ink",
    "linkbio.co",
    "instabio.cc",
    "biolinky.co",
    "lnk.to",
    "linkfly.to",
    "liinks.co",
    "magic.ly",
    "bento.me",
    "linkgenie.co",
    "lit.link",
    "potofu.me",
];

/// The name of a host without `www.` and the like.
fn bare(host: &str) -> &str {
    ["www.", "m.", "fr."].iter().find_map(|prefix| host.strip_prefix(prefix)).unwrap_or(host)
}

/// Whether links of the host are known, so that it is looked for even where dots and slashes are written otherwise.
pub(super) fn is_known_host(host: &str) -> bool {
    let host = bare(host);
    host.contains('.') && (HOSTS.iter().any(|(known, ..)| *known == host) || SHORTENERS.contains(&host) || LINK_PAGES.contains(&host))
}

/// First labels of known hosts, for a quick look.
static LABELS: LazyLock<FxHashMap<&'static str, ()>> = LazyLock::new(|| {
    let hosts = HOSTS.iter().map(|(host, ..)| *host).chain(SHORTENERS.iter().copied()).chain(LINK_PAGES.iter().copied()).chain(["www.x"]);
    hosts.filter_map(|host| host.split_once('.')).map(|(label, _)| (label, ())).collect()
});

/// Whether a known host begins with this label.
pub(super) fn begins_host(label: &str) -> bool {
    LABELS.contains_key(label)
}

/// What kind of link a host gives that is no account.
pub(super) fn kind_of_link(host: &str) -> ContactKind {
    let host = bare(host);
    let is_in = |list: &[&str]| list.contains(&host);
    if is_in(SHORTENERS) {
        Shortlink
    } else if is_in(LINK_PAGES) || host.ends_with(".carrd.co") {
        Linkpage
    } else {
        ContactKind::Url
    }
}

/// The account that a link leads to: `path` is what follows the host, with its slash; `app` for an app's own scheme.
pub(super) fn account(host: &str, path: &str, app: bool) -> Option<(ContactKind, String)> {
    let host = bare(host);
    let path = path.strip_prefix('/').unwrap_or(path);
    let fits = |(known, prefix, kind, _): &&(&str, &str, ContactKind, &str)| {
        *known == host && path.starts_with(prefix) && app != known.contains('.') && (!app || matches!(kind, Telegram | Whatsapp | Snapchat))
    };
    let (_, prefix, kind, label) = HOSTS.iter().find(fits)?;
    let rest = path.get(prefix.len()..)?.trim_start_matches('@');
    let handle = rest.split(['/', '?', '&', '#', '=']).next().unwrap_or_default();
    let is_page = NO_ACCOUNTS.iter().any(|(of, pages)| of == kind && pages.contains(&handle));
    let is_post = *kind == X && rest.contains("/status");
    let handle = if *kind == Telegram { handle.trim_start_matches('+') } else { handle };
    if handle.is_empty() || is_page || is_post {
        return None;
    }
    let digits = handle.trim_start_matches(['+', '0']);
    if matches!(kind, Whatsapp | Telegram | Signal) && digits.len() >= 8 && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some((*kind, format!("+{digits}")));
    }
    Some((*kind, value(*kind, label, handle)))
}

/// The value of a contact: handles of payment services carry the service's name.
pub(super) fn value(kind: ContactKind, label: &str, handle: &str) -> String {
    if kind == Payment { format!("{label}:{handle}") } else { handle.to_owned() }
}
