//! Numbering plans: which national numbers exist, and in which country a text without a country code is read.
//!
//! ITU-T E.164 country codes; lengths and first digits from the national plans. Freephone and shared-cost ranges (08 in
//! France) are left out: they belong to helplines and companies. Ranges kept for fiction (06 39 98 … in France) are in.

use vigie_model::Lang;

/// A country's plan for national significant numbers.
#[derive(Debug)]
pub(super) struct Plan {
    /// ISO 3166-1.
    country: &'static str,
    /// Country code.
    pub(super) code: &'static str,
    /// Dialled before the national number inside the country.
    pub(super) trunk: &'static str,
    /// How mobile numbers begin, and their shortest and longest form.
    mobile: (&'static [&'static str], usize, usize),
    /// How other numbers begin, and their shortest and longest form.
    fixed: (&'static [&'static str], usize, usize),
}

impl Plan {
    /// Whether the digits are a number of the plan, without country code and trunk prefix.
    pub(super) fn fits(&self, national: &str) -> bool {
        let within = |(starts, shortest, longest): (&[&str], usize, usize)| {
            (shortest..=longest).contains(&national.len()) && starts.iter().any(|start| national.starts_with(start))
        };
        (within(self.mobile) || within(self.fixed)) && !is_filler(national)
    }

    /// Whether the digits are a mobile number of the plan.
    pub(super) fn is_mobile(&self, national: &str) -> bool {
        let (starts, shortest, longest) = self.mobile;
        (shortest..=longest).contains(&national.len()) && starts.iter().any(|start| national.starts_with(start)) && !is_filler(national)
    }
}

/// "0000000000", "300000000": round figures and repeated digits are no numbers.
fn is_filler(digits: &str) -> bool {
    let repeated = matches!(digits.as_bytes(), [_, second, rest @ ..] if rest.iter().all(|b| b == second));
    repeated || digits.ends_with("000000")
}

const NONE: (&[&str], usize, usize) = (&[], 0, 0);

macro_rules! plan {
    ($country:literal $code:literal $trunk:literal, $mobile:expr, $fixed:expr) => {
        Plan { country: $country, code: $code, trunk: $trunk, mobile: $mobile, fixed: $fixed }
    };
}

/// All European plans; a longer country code stands before a shorter one that it begins with.
pub(super) const PLANS: &[Plan] = &[
    plan!("FR" "33" "0", (&["6", "7"], 9, 9), (&["1", "2", "3", "4", "5", "9"], 9, 9)),
    plan!("BE" "32" "0", (&["45", "46", "47", "48", "49"], 9, 9), (&["1", "2", "3", "4", "5", "6", "7", "8", "9"], 8, 8)),
    plan!("CH" "41" "0", (&["74", "75", "76", "77", "78", "79"], 9, 9), (&["2", "3", "4", "5", "6", "71", "81", "91"], 9, 9)),
    plan!("GB" "44" "0", (&["7"], 10, 10), (&["1", "2", "3"], 9, 10)),
    plan!("IE" "353" "0", (&["82", "83", "85", "86", "87", "88", "89"], 9, 9), (&["1", "2", "4", "5", "6", "7", "9"], 7, 9)),
    plan!("ES" "34" "", (&["6", "71", "72", "73", "74", "75", "76", "77", "78", "79"], 9, 9), (&["8", "9"], 9, 9)),
    plan!("IT" "39" "", (&["31", "32", "33", "34", "35", "36", "37", "38", "39"], 9, 10), (&["0"], 6, 11)),
    plan!("DE" "49" "0", (&["15", "16", "17"], 10, 11), (&["2", "3", "4", "5", "6", "7", "81", "82", "83", "84", "85", "86", "87", "88", "89", "9"], 6, 11)),
    plan!("AT" "43" "0", (&["65", "66", "67", "68", "69"], 9, 13), (&["1", "2", "3", "4", "5", "7"], 5, 12)),
    plan!("NL" "31" "0", (&["6"], 9, 9), (&["1", "2", "3", "4", "5", "7", "85", "88"], 9, 9)),
    plan!("LU" "352" "", (&["6"], 9, 9), (&["2", "3", "4", "5", "7", "8", "9"], 5, 8)),
    plan!("PT" "351" "", (&["9"], 9, 9), (&["2", "3"], 9, 9)),
    plan!("MC" "377" "", (&["3", "4", "6"], 8, 9), (&["9", "8"], 8, 8)),
    plan!("AD" "376" "", (&["3", "6"], 6, 9), (&["7", "8"], 6, 6)),
    plan!("DK" "45" "", (&["2", "3", "4", "5", "6", "7", "8", "9"], 8, 8), NONE),
    plan!("SE" "46" "0", (&["7"], 9, 9), (&["1", "2", "3", "4", "5", "6", "8", "9"], 7, 9)),
    plan!("NO" "47" "", (&["4", "9"], 8, 8), (&["2", "3", "5", "6", "7"], 8, 8)),
    plan!("FI" "358" "0", (&["4", "5"], 6, 11), (&["1", "2", "3", "6", "8", "9"], 5, 11)),
    plan!("IS" "354" "", (&["6", "7", "8"], 7, 7), (&["4", "5"], 7, 7)),
    plan!("PL" "48" "", (&["45", "50", "51", "53", "57", "60", "66", "69", "72", "73", "78", "79", "88"], 9, 9), (&["1", "2", "3", "4", "5", "6", "7", "8"], 9, 9)),
    plan!("CZ" "420" "", (&["6", "7"], 9, 9), (&["2", "3", "4", "5"], 9, 9)),
    plan!("SK" "421" "0", (&["9"], 9, 9), (&["2", "3", "4", "5"], 9, 9)),
    plan!("LI" "423" "", (&["6", "7"], 7, 9), (&["2", "3"], 7, 7)),
    plan!("HU" "36" "06", (&["20", "30", "31", "50", "70"], 9, 9), (&["1", "2", "3", "4", "5", "6", "7", "8", "9"], 8, 8)),
    plan!("RO" "40" "0", (&["7"], 9, 9), (&["2", "3"], 9, 9)),
    plan!("BG" "359" "0", (&["87", "88", "89", "98", "99"], 8, 9), (&["2", "3", "4", "5", "6", "7", "8", "9"], 7, 8)),
    plan!("GR" "30" "", (&["69"], 10, 10), (&["2"], 10, 10)),
    plan!("CY" "357" "", (&["9"], 8, 8), (&["2"], 8, 8)),
    plan!("MT" "356" "", (&["7", "9"], 8, 8), (&["2"], 8, 8)),
    plan!("HR" "385" "0", (&["9"], 8, 9), (&["1", "2", "3", "4", "5"], 8, 9)),
    plan!("SI" "386" "0", (&["3", "4", "5", "6", "7"], 8, 8), (&["1", "2"], 8, 8)),
    plan!("BA" "387" "0", (&["6"], 8, 9), (&["3", "5"], 8, 8)),
    plan!("RS" "381" "0", (&["6"], 8, 10), (&["1", "2", "3"], 7, 9)),
    plan!("XK" "383" "0", (&["4"], 8, 8), (&["2", "3"], 8, 8)),
    plan!("ME" "382" "0", (&["6"], 8, 8), (&["2", "3", "4", "5"], 8, 8)),
    plan!("MK" "389" "0", (&["7"], 8, 8), (&["2", "3", "4"], 8, 8)),
    plan!("AL" "355" "0", (&["6"], 9, 9), (&["2", "3", "4", "5", "8"], 8, 8)),
    plan!("EE" "372" "", (&["5", "8"], 7, 8), (&["3", "4", "6", "7"], 7, 7)),
    plan!("LV" "371" "", (&["2"], 8, 8), (&["6"], 8, 8)),
    plan!("LT" "370" "0", (&["6"], 8, 8), (&["3", "4", "5"], 8, 8)),
    plan!("UA" "380" "0", (&["39", "50", "6", "73", "9"], 9, 9), (&["3", "4", "5", "6"], 9, 9)),
    plan!("MD" "373" "0", (&["6", "7"], 8, 8), (&["2"], 8, 8)),
    plan!("BY" "375" "8", (&["25", "29", "33", "44"], 9, 9), (&["1", "2"], 9, 9)),
    plan!("TR" "90" "0", (&["5"], 10, 10), (&["2", "3", "4"], 10, 10)),
    plan!("GI" "350" "", (&["5"], 8, 8), (&["2"], 8, 8)),
];

/// The plan of a country.
pub(super) fn of(country: &str) -> Option<&'static Plan> {
    PLANS.iter().find(|plan| plan.country == country)
}

/// The countries that a number without a country code is tried on, by the language of the text, the likeliest first.
pub(super) fn countries(lang: Lang) -> &'static [&'static str] {
    match lang.as_str() {
        "en" => &["GB", "FR", "IE"],
        "es" => &["ES", "FR"],
        "it" => &["IT", "FR"],
        "de" => &["DE", "CH", "AT"],
        "nl" => &["NL", "BE"],
        "pt" => &["PT", "FR"],
        "sv" => &["SE"],
        "tr" => &["TR", "FR"],
        _ => &["FR"],
    }
}

/// The countries where a language is at home: a place there outweighs the usual country.
pub(super) fn homes(lang: Lang) -> &'static [&'static str] {
    match lang.as_str() {
        "en" => &["GB", "IE", "MT"],
        "es" => &["ES", "AD"],
        "it" => &["IT", "CH"],
        "de" => &["DE", "AT", "CH", "LI", "LU"],
        "nl" => &["NL", "BE"],
        "fr" => &["FR", "BE", "CH", "LU", "MC"],
        "und" | "" => &["FR", "BE", "CH", "LU", "GB", "IE", "ES", "IT", "DE", "AT", "NL"],
        _ => &[],
    }
}

/// The country whose people write the digits of a number in these groups, if the grouping tells it:
/// "0470 12 34 56" is Belgian, "079 123 45 67" Swiss, where "04 70 12 34 56" would be French.
pub(super) fn by_grouping(groups: &[usize], digits: &str) -> Option<&'static Plan> {
    let country = match groups {
        [4, 2, 2, 2] | [4, 3, 3] if digits.starts_with("04") => "BE",
        [3, 3, 2, 2] if digits.starts_with("07") => "CH",
        _ => return None,
    };
    of(country).filter(|plan| digits.strip_prefix(plan.trunk).is_some_and(|national| plan.is_mobile(national)))
}
