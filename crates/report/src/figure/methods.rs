//! The methods paragraph of a figure.

use vigie_measure::share::Rung;

use super::{Methods, ShareFigure, text};
use crate::{Language, summary::grouped};

/// What was done, in words that may be printed beside the figure.
#[must_use]
pub fn methods(figure: &ShareFigure) -> Methods {
    Methods { en: paragraph(figure, Language::English), fr: paragraph(figure, Language::French) }
}

fn paragraph(figure: &ShareFigure, language: Language) -> String {
    [what(figure, language), sample(figure, language), estimate(figure, language), versions(figure, language)]
        .into_iter()
        .filter(|sentence| !sentence.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn what(figure: &ShareFigure, language: Language) -> String {
    let (watch, posts, window) = (&figure.domain.watch, grouped(figure.posts.posts), text::window(figure, language));
    let network = figure.domain.network.as_deref();
    let lag = figure.lag_hours;
    match language {
        Language::English => format!(
            "We collected {posts} public posts that match the watch “{watch}” on {}, posted {window} (UTC), {}{}.",
            network.unwrap_or("all networks watched"),
            if figure.domain.reposts { "reposts included" } else { "reposts left out, near-duplicates counted" },
            lag.map_or(String::new(), |(median, most)| format!("; half of them were read within {median} h of posting, nine tenths within {most} h"))
        ),
        Language::French => format!(
            "Nous avons collecté {posts} publications publiques correspondant à la veille « {watch} » sur {}, publiées {window} (UTC), {}{}.",
            network.unwrap_or("tous les réseaux suivis"),
            if figure.domain.reposts { "republications comprises" } else { "republications exclues, quasi-doublons comptés" },
            lag.map_or(String::new(), |(median, most)| format!(" ; la moitié a été lue dans les {median} h, neuf dixièmes dans les {most} h"))
        ),
    }
}

fn sample(figure: &ShareFigure, language: Language) -> String {
    let report = &figure.posts;
    if report.labels == 0 {
        return language.pick("No random sample was read by people.", "Aucun échantillon aléatoire n’a été lu par des personnes.").to_owned();
    }
    let (labels, adverts, seed) = (grouped(report.labels), grouped(report.label_adverts), &figure.seed);
    let kappa = figure.kappa.map_or_else(|| "–".to_owned(), |kappa| format!("{kappa:.2}"));
    let (double, reviewers) = (grouped(figure.double_labels), figure.reviewers);
    match language {
        Language::English => format!(
            "A random sample, stratified by detector score and language and fixed by a keyed hash of each post (seed {seed}), was read by {reviewers} \
             people who could not choose what they read: {labels} posts, {adverts} adverts; {double} were read twice (Cohen's kappa {kappa}); {} stayed \
             undecided and are counted either way.",
            grouped(report.label_undecided)
        ),
        Language::French => format!(
            "Un échantillon aléatoire, stratifié par score du détecteur et par langue et fixé par un hachage à clé de chaque publication (graine {seed}), \
             a été lu par {reviewers} personnes qui ne pouvaient pas choisir : {labels} publications, {adverts} annonces ; {double} ont été lues deux fois \
             (kappa de Cohen {kappa}) ; {} restent indécises et sont comptées dans les deux sens.",
            grouped(report.label_undecided)
        ),
    }
}

fn estimate(figure: &ShareFigure, language: Language) -> String {
    let how = match figure.posts.rung {
        Rung::Raw => return language.pick("The rate is the detector's own and no estimate.", "Le taux est celui du détecteur, pas une estimation.").to_owned(),
        Rung::Corrected => language.pick(
            "by correcting the detector's rate for its sensitivity and specificity on other random labels (Rogan–Gladen, interval of Lang and Reiczigel 2014)",
            "en corrigeant le taux du détecteur de sa sensibilité et de sa spécificité mesurées sur d’autres lectures aléatoires (Rogan–Gladen, intervalle de Lang et Reiczigel 2014)",
        ),
        Rung::Stratified => language.pick(
            "by the stratified mean with the finite-population correction; Jeffreys intervals of the strata combined by variance recovery (Zou and Donner 2008)",
            "par la moyenne stratifiée avec correction de population finie ; intervalles de Jeffreys des strates combinés par recouvrement de variance (Zou et Donner 2008)",
        ),
        Rung::Powered => language.pick(
            "by stratified prediction-powered inference (Angelopoulos et al. 2023) with cross-fitted calibrated scores and the finite-population correction; \
             Jeffreys intervals of the strata combined by variance recovery (Zou and Donner 2008)",
            "par inférence stratifiée appuyée sur les prédictions (Angelopoulos et al. 2023), scores calibrés par validation croisée et correction de population finie ; \
             intervalles de Jeffreys des strates combinés par recouvrement de variance (Zou et Donner 2008)",
        ),
    };
    let headline = text::headline(figure, language);
    match language {
        Language::English => format!("The share was estimated {how}: {headline}, at 95 % confidence."),
        Language::French => format!("La part a été estimée {how} : {headline}, au niveau de confiance de 95 %."),
    }
}

fn versions(figure: &ShareFigure, language: Language) -> String {
    let Some(last) = figure.detectors.last() else { return String::new() };
    let versions = &last.versions;
    let list = format!("vigie {}, lexicon {}, model {}", versions.vigie, versions.lexicon, versions.model);
    match (language, figure.detectors.len()) {
        (Language::English, 1) => format!("Detector: {list}."),
        (Language::English, n) => format!("Detectors: {n} in the life of the store, last {list}."),
        (Language::French, 1) => format!("Détecteur : {list}."),
        (Language::French, n) => format!("Détecteurs : {n} depuis la création de la base, le dernier {list}."),
    }
}
