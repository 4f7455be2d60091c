//! The words and signs of prices: currencies, units, what joins quantity and price. No accents, as in [`vigie_text::Glyphs`].

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// What a token of the price grammar is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Number(f64),
    Currency(Currency),
    Unit(Unit),
    /// "demi", "half": of the unit that follows.
    Half,
    /// "pour", "for", "=", "→" between quantity and price.
    For,
    /// ":", "-", "à", "@": the same after a unit; alone also a range, a time, a list.
    Dash,
    /// "le", "the", "per" between price and unit.
    Per,
    /// "/": the one or the other.
    Slash,
    /// Any other word.
    Word,
    /// A picture or sign that may stand between the two.
    Sign,
    /// A comma: ends an entry of a list.
    Comma,
    /// A new line.
    Break,
    /// Ends what came before: a full stop, a refused number.
    Stop,
}

/// A currency as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Currency {
    /// ISO 4217.
    pub(super) code: &'static str,
    pub(super) form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// "€", "chf": before or after the amount.
    Sign,
    /// "euros", "balles": after the amount.
    Word,
    /// "10e": an ordinal as well.
    Letter,
    /// "pounds": a weight as well.
    Weight,
}

/// A unit with its canonical name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Unit {
    pub(super) name: &'static str,
    /// How much of it the word means: an eighth is 3.5 g.
    pub(super) size: f64,
    /// An everyday word as well ("bar", "box"): counts only beside a currency.
    pub(super) everyday: bool,
}

const CURRENCIES: &[(&[&str], &str, Form)] = &[
    (&["€", "eur", "eurs"], "EUR", Form::Sign),
    (
        &[
            "euro", "euros", "eu", "balles", "balle", "boules", "pavos", "pavo", "lereles", "lere", "ojos", "sacchi", "eurinos", "euri", "ocken", "kroeten",
            "oken",
        ],
        "EUR",
        Form::Word,
    ),
    (&["£", "gbp"], "GBP", Form::Sign),
    (&["quid"], "GBP", Form::Word),
    (&["pound", "pounds"], "GBP", Form::Weight),
    (&["$", "usd"], "USD", Form::Sign),
    (&["dollar", "dollars", "bucks"], "USD", Form::Word),
    (&["chf"], "CHF", Form::Sign),
    (&["francs", "franken", "stutz"], "CHF", Form::Word),
];

/// Words for a unit, its canonical name, and how much of it they mean.
const UNITS: &[(&str, &str, f64)] = &[
    ("g gr grs gs gramme grammes gram grams gramm grammi grammo gramo gramos gramas grammen grm grms", "g", 1.0),
    ("demig halfje", "g", 0.5),
    ("eighth 8th eights eighths", "g", 3.5),
    ("kg kilo kilos kgs", "kg", 1.0),
    ("mg", "mg", 1.0),
    ("ml", "ml", 1.0),
    ("cl", "cl", 1.0),
    ("oz ounce ounces ozs zip zips onza oncia unze", "oz", 1.0),
    ("lb lbs", "lb", 1.0),
    (
        "u ud uds unite unites unit units unidad unidades unita pc pcs piece pieces pz pezzi pezzo stuck stk stuks stuk cachet \
         cachets cacheton cachetons comprime comprimes cp pill pills pilule pilules tabs taz pastille pastiglie pastilla \
         pastillas pille pillen pil tete tetes each chacun chacune chaque cad cadauno ecsta xtc joint joints buvard buvards \
         carton teile tableta tabletas pasticca pasticche tablette tabletten capsule capsules gelule gelules",
        "piece",
        1.0,
    ),
    ("boite boites doos doosje schachtel caja cajas scatola", "box", 1.0),
    ("plaquette plaquettes plaq plaqs plq blister blisters strip strips", "blister", 1.0),
    ("barrette barrettes barette barettes stecca", "bar", 1.0),
    (
        "pochon pochons sachet sachets bags bolsa bolsas bolsita bolsitas bustina bustine zakje zakjes tutchen beutel pocket \
         baggie baggies bosta",
        "bag",
        1.0,
    ),
    (
        "bonbonne bonbonnes bouteille bouteilles flasche flaschen fles flessen botella botellas bombola cylinder cylinders \
         tanks",
        "bottle",
        1.0,
    ),
    ("caillou cailloux galette galettes rocks", "rock", 1.0),
    ("cartouche cartouches stange stangen", "carton", 1.0),
];

/// Everyday words that are units only beside a currency.
const EVERYDAY_UNITS: &[(&[&str], &str)] = &[
    (&["l", "litre", "litres", "liter", "litro", "litri"], "l"),
    (&["box", "boxes"], "box"),
    (&["bar", "bars"], "bar"),
    (&["bag"], "bag"),
    (&["tank"], "bottle"),
    (&["rock"], "rock"),
    (&["tab", "stick", "sticks"], "piece"),
];

const FOR: &[&str] = &["pour", "pr", "for", "por", "per", "fur", "fuer", "voor", "=", "→", "➡", "👉", "⇒", "➜", "➔", ">"];
const DASH: &[&str] = &[":", "-", "–", "—", "à", "at", "@", "x", "a"];
const PER: &[&str] = &[
    "le", "la", "les", "l", "the", "il", "el", "pro", "das", "die", "je", "de", "du", "al", "alla", "par", "het", "una", "un", "une", "uno", "ein", "een",
    "los", "las", "of", "den", "per", "cada", "der", "an",
];
const HALF: &[&str] = &["demi", "half", "medio", "media", "mezzo", "mezza", "halbes", "halbe", "halber", "halve", "halv"];

/// What the words and signs are.
static WORDS: LazyLock<FxHashMap<&'static str, Kind>> = LazyLock::new(|| {
    let mut words = FxHashMap::default();
    words.extend(PER.iter().map(|name| (*name, Kind::Per)));
    words.extend(HALF.iter().map(|name| (*name, Kind::Half)));
    words.extend(DASH.iter().map(|name| (*name, Kind::Dash)));
    words.extend(FOR.iter().map(|name| (*name, Kind::For)));
    for (names, name, size) in UNITS {
        words.extend(names.split_ascii_whitespace().map(|word| (word, Kind::Unit(Unit { name, size: *size, everyday: false }))));
    }
    for (names, name) in EVERYDAY_UNITS {
        words.extend(names.iter().map(|word| (*word, Kind::Unit(Unit { name, size: 1.0, everyday: true }))));
    }
    for (names, code, form) in CURRENCIES {
        words.extend(names.iter().map(|word| (*word, Kind::Currency(Currency { code, form: *form }))));
    }
    words.extend([("/", Kind::Slash), (",", Kind::Comma), ("|", Kind::Comma), ("\n", Kind::Break), ("+", Kind::Sign), ("•", Kind::Comma)]);
    words.extend([".", "!", "?", ";", "%"].map(|sign| (sign, Kind::Stop)));
    words
});

/// What a word is; `attached` says that it follows a number without a gap.
pub(super) fn kind(name: &str, attached: bool) -> Kind {
    match name {
        "e" if attached => Kind::Currency(Currency { code: "EUR", form: Form::Letter }),
        "eu" if !attached => Kind::Word,
        "l" if !attached => Kind::Per,
        _ => WORDS.get(name).copied().unwrap_or_else(|| if name.chars().all(char::is_alphabetic) { Kind::Word } else { Kind::Sign }),
    }
}

/// After "3 pour 20": nouns that make it no price.
const NOT_MONEY: &str = "
    janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre january february march april may june july august september october
    november december enero febrero personnes personne pers minutes minute min mn jours jour heures heure ans an mois semaines semaine points buts invites convives places people days
    day hours hour years year weeks months goals guests members seconds personas dias horas anos meses semanas persone giorni ore anni mesi minuti
    personen tage stunden jahre wochen monate leute minuten minutos puntos goles punti gol punkte tore punten doelpunten seconden sekunden secondi
    segundos secondes dagen uur jaar weken maanden mensen km cm mm m kilometres miles metres fois times veces volte mal keer nuits nights noches notti
    nachte nachten pages degres h am pm uhr eleves enfants kids children ninos bambini kinder kinderen siecles tours matchs games sets rounds votes
    voix cent pourcent percent
";

/// Whether a noun after a bare number says that it is no amount of money, and no goods before a price.
pub(super) fn is_not_money(word: &str) -> bool {
    NOT_MONEY.split_ascii_whitespace().any(|noun| noun == word)
}

/// Whether a word makes an amount too great for the street: "$98 billion".
pub(super) fn is_magnitude(word: &str) -> bool {
    matches!(
        word,
        "m" | "mn"
            | "mio"
            | "mrd"
            | "md"
            | "bn"
            | "b"
            | "bil"
            | "mil"
            | "mln"
            | "mld"
            | "million"
            | "millions"
            | "billion"
            | "billions"
            | "milliard"
            | "milliards"
            | "millon"
            | "millones"
    ) || matches!(
        word,
        "milione" | "milioni" | "miliardi" | "millionen" | "milliarden" | "miljoen" | "miljard" | "trillion" | "thousand" | "mille" | "tausend" | "duizend"
    )
}

/// What "10e" is said of when it means "tenth".
const ORDINAL: &str = "
    arrondissement arrdt arr ardt etage siecle jour place anniversaire minute edition fois rang annee division journee tour chambre regiment
    republique art but position saison episode chapitre mois semaine heure victoire match rangs circonscription congres festival millenaire vague
    titre de du des dimanche round manche set mi promotion session seance film album joueur personne partie tome volume kilometre km
";

/// Whether a word after "10e" makes it an ordinal.
pub(super) fn follows_ordinal(word: &str) -> bool {
    ORDINAL.split_ascii_whitespace().any(|noun| noun == word)
}

/// Whether a word before "10e" makes it an ordinal.
pub(super) fn precedes_ordinal(word: &str) -> bool {
    matches!(
        word,
        "le" | "la" | "du" | "au" | "les" | "un" | "une" | "ce" | "cette" | "son" | "sa" | "mon" | "notre" | "leur" | "dans" | "paris" | "lyon" | "marseille"
    )
}

/// Verbs that make "20 pounds" a weight.
pub(super) fn weighs(word: &str) -> bool {
    matches!(word, "lost" | "lose" | "losing" | "gained" | "gain" | "weigh" | "weighs" | "weighed" | "weighing" | "dropped" | "shed" | "under" | "foot" | "put")
}
