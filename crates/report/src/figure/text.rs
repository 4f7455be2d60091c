//! Figures in words.

use std::fmt::Write;

use vigie_measure::{
    estimate::Interval,
    share::{Rung, Suppressed, Warning},
};

use super::{DerivedShare, ShareFigure};
use crate::{Language, summary::grouped};

/// The figures for the terminal.
#[must_use]
pub fn figures_text(figures: &[ShareFigure], language: Language) -> String {
    let mut out = String::new();
    for figure in figures.iter().filter(|figure| figure.posts.posts > 0) {
        one(figure, language, &mut out);
        out.push('\n');
    }
    out
}

fn one(figure: &ShareFigure, language: Language, out: &mut String) {
    let network = figure.domain.network.as_deref().unwrap_or(language.pick("all networks", "tous réseaux"));
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{} · {network} · {}", figure.domain.watch, window(figure, language));
    let _ = writeln!(out, "  {}", headline(figure, language));
    let _ = writeln!(out, "  {}", rung(figure.posts.rung, language));
    for (name, share) in [
        (language.pick("distinct texts", "textes distincts"), &figure.texts),
        (language.pick("authors", "auteurs"), &figure.authors),
        (language.pick("views", "vues"), &figure.views),
    ] {
        let _ = writeln!(out, "  {name:<16}  {}", derived(share, language));
    }
    if let Some(exposure) = figure.exposure.iter().find(|exposure| exposure.first_posts == 20) {
        let chance = exposure.interval.map_or_else(|| language.pick("not an estimate", "pas une estimation").to_owned(), |i| between(i, language));
        let _ = writeln!(
            out,
            "  {}: {} ({chance})",
            language.pick("chance that the first 20 posts show an advert", "chance que les 20 premières publications montrent une annonce"),
            percent(exposure.chance, 0, language)
        );
    }
    for warning in &figure.posts.warnings {
        let _ = writeln!(out, "  ! {}", warning_text(*warning, language));
    }
}

/// The window in days, as far as posts have a time.
pub(super) fn window(figure: &ShareFigure, language: Language) -> String {
    let Some((first, last)) = figure.hours else { return language.pick("no time known", "heure inconnue").to_owned() };
    let (first, last) = (day(first.div_euclid(24)), day(last.div_euclid(24)));
    if first == last { first } else { format!("{first} – {last}") }
}

/// A day since 1970 as YYYY-MM-DD.
pub(crate) fn day(days: i64) -> String {
    jiff::Timestamp::from_second(days.saturating_mul(86_400)).map_or_else(|_| "?".to_owned(), |time| time.to_string().chars().take(10).collect())
}

/// "between 8 % and 12 % of posts are adverts (412 posts read by people, 5,210 posts collected)". Never a bare point.
pub(super) fn headline(figure: &ShareFigure, language: Language) -> String {
    let report = &figure.posts;
    let (read, all) = (grouped(report.labels), grouped(report.posts));
    let counts = match language {
        Language::English => format!("({read} posts read by people, {all} posts collected)"),
        Language::French => format!("({read} publications lues par des personnes, {all} collectées)"),
    };
    if let Some(reason) = report.suppressed {
        let reason = match reason {
            Suppressed::TooFew => language.pick("too few to say", "trop peu pour conclure"),
            Suppressed::TooWide => language.pick("too uncertain to say", "trop incertain pour conclure"),
        };
        return format!("{reason} {counts}");
    }
    match (report.interval, report.share) {
        (Some(interval), _) => {
            format!("{} {} {counts}", between(interval, language), language.pick("of posts are adverts", "des publications sont des annonces"))
        }
        (None, Some(rate)) => format!(
            "{} {} {counts}",
            language.pick("the detector calls", "le détecteur signale"),
            match language {
                Language::English => format!("{} of posts adverts: not an estimate", percent(rate, 1, language)),
                Language::French => format!("{} de publications : pas une estimation", percent(rate, 1, language)),
            }
        ),
        (None, None) => language.pick("no posts", "aucune publication").to_owned(),
    }
}

fn derived(share: &DerivedShare, language: Language) -> String {
    let Some(rung) = share.rung else { return language.pick("not known", "inconnu").to_owned() };
    let value = match (share.interval, share.share) {
        (Some(interval), _) => between(interval, language),
        (None, Some(rate)) => format!("{} ({})", percent(rate, 1, language), language.pick("not an estimate", "pas une estimation")),
        (None, None) => "–".to_owned(),
    };
    let name = rung.split(' ').next().unwrap_or_default();
    format!("{value}  [{name}; {} / {}]", grouped(share.detected), grouped(share.all))
}

/// "between 8 % and 12 %", with no more digits than the width allows, rounded outwards.
pub(super) fn between(interval: Interval, language: Language) -> String {
    let digits = digits(interval.width());
    let scale = 10f64.powi(i32::try_from(digits).unwrap_or(0) + 2);
    let (low, high) = ((interval.low * scale + 1e-6).floor() / scale, (interval.high * scale - 1e-6).ceil() / scale);
    let (low, high) = (percent(low.max(0.0), digits, language), percent(high.min(1.0), digits, language));
    match language {
        Language::English => format!("between {low} and {high}"),
        Language::French => format!("entre {low} et {high}"),
    }
}

/// Digits after the point that a width deserves.
fn digits(width: f64) -> usize {
    match width {
        w if w >= 0.05 => 0,
        w if w >= 0.002 => 1,
        _ => 2,
    }
}

/// A share in percent, as the language writes it.
#[must_use]
pub fn percent(share: f64, digits: usize, language: Language) -> String {
    let number = format!("{:.digits$}", share * 100.0);
    match language {
        Language::English => format!("{number} %"),
        Language::French => format!("{} %", number.replace('.', ",")),
    }
}

pub(super) fn rung(rung: Rung, language: Language) -> &'static str {
    match rung {
        Rung::Raw => language.pick("E0: raw detector rate, not an estimate", "E0 : taux brut du détecteur, pas une estimation"),
        Rung::Corrected => {
            language.pick("E1: rate corrected for the detector's errors elsewhere", "E1 : taux corrigé des erreurs du détecteur mesurées ailleurs")
        }
        Rung::Stratified => language.pick("E2: stratified random labels, 95 %", "E2 : échantillon aléatoire stratifié lu par des personnes, 95 %"),
        Rung::Powered => language
            .pick("E3: stratified random labels helped by calibrated scores, 95 %", "E3 : échantillon aléatoire stratifié aidé par des scores calibrés, 95 %"),
    }
}

pub(super) fn warning_text(warning: Warning, language: Language) -> &'static str {
    match warning {
        Warning::AssumesSameDetector => language.pick(
            "assumes that the detector errs here as where it was checked: false when slang moves",
            "suppose que le détecteur se trompe ici comme là où il a été vérifié : faux quand l’argot change",
        ),
        Warning::UnsampledDays => language.pick(
            "some days were counted before samples were drawn: no estimate is possible for them",
            "certains jours ont été comptés avant tout échantillonnage : aucune estimation n’est possible",
        ),
        Warning::FewLabels => language.pick("fewer than 100 random labels: run `vigie label`", "moins de 100 lectures aléatoires : lancez « vigie label »"),
        Warning::ManyUndecided => {
            language.pick("more than a tenth of the posts read are undecided", "plus d’un dixième des publications lues restent indécises")
        }
        Warning::FewDoubleLabels => {
            language.pick("fewer than a tenth of the posts read were read twice", "moins d’un dixième des publications lues l’ont été deux fois")
        }
        Warning::DetectorChanged => language.pick("the detector changed within the window", "le détecteur a changé pendant la période"),
    }
}
