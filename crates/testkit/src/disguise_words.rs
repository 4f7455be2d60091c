//! Word tables of the disguises.

/// Attested verlan, without accents: dictionaries and prevention sites list these.
pub(crate) const VERLAN: &[(&str, &str)] = &[
    ("shit", "teuchi"),
    ("coke", "keuco"),
    ("herbe", "beuher"),
    ("joint", "oinj"),
    ("joints", "oinjs"),
    ("crack", "keucra"),
    ("hero", "rohé"),
    ("keta", "také"),
    ("cachets", "chéca"),
    ("caillou", "youca"),
    ("cailloux", "youca"),
    ("pochon", "chonpo"),
    ("barrette", "rettba"),
    ("taz", "zeta"),
    ("speed", "deuspi"),
    ("resine", "zinéré"),
    ("came", "meuca"),
    ("poudre", "dreupou"),
    ("ballons", "lonba"),
    ("proto", "topro"),
    ("hash", "cheuha"),
];

/// Emoji for words, as the DEA's card of 2021 and users of the trade have them.
pub(crate) const EMOJI: &[(&str, &[&str])] = &[
    (
        "❄️",
        &[
            "coke", "coca", "cocaine", "cocaina", "koks", "kokain", "neige", "snow", "nieve", "neve", "schnee", "sneeuw", "perico", "farlopa", "bamba",
            "blanche", "sos",
        ],
    ),
    ("🌿", &["weed", "beuh", "herbe", "zeb", "ganja", "marihuana", "marijuana", "maria", "hierba", "erba", "gras", "ott", "wiet", "bud", "pot", "cogollos"]),
    ("🍫", &["shit", "hash", "hashish", "hasch", "haschisch", "hasj", "hachis", "fumo", "costo", "chocolate", "resine", "teuch"]),
    ("🍄", &["champis", "champignons", "shrooms", "mushrooms", "setas", "funghi", "funghetti", "pilze", "paddos", "truffels"]),
    ("💊", &["taz", "ecsta", "ecstasy", "xtc", "pills", "pilules", "cachets", "pastillas", "pastis", "paste", "teile", "pillen", "oxy", "percocet"]),
    ("⚡", &["mdma", "md", "molly"]),
    ("🐴", &["keta", "ketamine", "ketamina", "ketamin", "ket"]),
    ("🐉", &["heroine", "heroin", "heroina", "hero", "brown", "rabla"]),
    ("💎", &["meth", "crystal", "ice", "tina"]),
    ("🚌", &["xanax", "xan"]),
    ("🍇", &["lean", "codeine"]),
    ("🎈", &["proto", "ballons", "balloons", "protoxyde", "globos", "palloncini", "lachgas"]),
];

/// Words of the trade in English, French, Spanish, Italian, German and Dutch, without accents.
pub(crate) const EQUIVALENTS: &[[&str; 6]] = &[
    ["available", "dispo", "disponible", "disponibile", "verfugbar", "beschikbaar"],
    ["available", "disponible", "disponibles", "disponibili", "da", "leverbaar"],
    ["delivery", "livraison", "entrega", "consegna", "lieferung", "bezorging"],
    ["deliver", "livre", "entrego", "consegno", "liefere", "bezorg"],
    ["quality", "qualite", "calidad", "qualita", "qualitat", "kwaliteit"],
    ["price", "prix", "precio", "prezzo", "preis", "prijs"],
    ["prices", "tarifs", "precios", "prezzi", "preise", "prijzen"],
    ["gram", "gramme", "gramo", "grammo", "gramm", "gram"],
    ["message", "message", "mensaje", "messaggio", "nachricht", "berichtje"],
    ["write", "ecris", "escribe", "scrivimi", "schreib", "stuur"],
    ["for", "pour", "por", "per", "fur", "voor"],
    ["fast", "rapide", "rapido", "veloce", "schnell", "snel"],
    ["fresh", "frais", "fresco", "fresco", "frisch", "vers"],
    ["cash", "especes", "efectivo", "contanti", "bar", "contant"],
    ["sell", "vends", "vendo", "vendo", "verkaufe", "verkoop"],
];

/// Names of the digits.
pub(crate) const DIGITS: &[(&str, [&str; 10])] = &[
    ("en", ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]),
    ("fr", ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"]),
    ("es", ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"]),
    ("it", ["zero", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove"]),
    ("de", ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]),
    ("nl", ["nul", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen"]),
];

/// How a seller says that the number stands backwards.
pub(crate) const REVERSED: &[(&str, &str)] =
    &[("en", " (backwards)"), ("fr", " (à l'envers)"), ("es", " (al revés)"), ("it", " (al contrario)"), ("de", " (rückwärts)"), ("nl", " (achterstevoren)")];
