//! For police and justice in France: the PHAROS form, the letter under Article 40 of the code of criminal procedure, the dossier.

mod dossier;
mod letter;
mod pharos;

#[cfg(test)]
mod tests;

use vigie_model::Timestamp;

use crate::Language;

pub use dossier::{Dossier, Exhibit, dossier_csv, dossier_pdf};
pub use letter::{Letter, letter_pdf, letter_text};
pub use pharos::{PharosBlock, emergency_card, pharos, pharos_pdf, pharos_text};

/// A time in France, with the offset written out: police forms ask for local time.
fn local_time(time: Timestamp, language: Language) -> String {
    let form = language.pick("%Y-%m-%d, %H:%M (Paris time, UTC%:z)", "%d/%m/%Y à %H h %M (heure de Paris, UTC%:z)");
    match jiff::Timestamp::from_second(time.seconds()).and_then(|time| time.in_tz("Europe/Paris")) {
        Ok(local) => local.strftime(form).to_string(),
        // No time zone data on this machine: the exact time, in UTC.
        Err(_) => format!("{time} (UTC)"),
    }
}
