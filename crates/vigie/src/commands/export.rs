//! `vigie export`: finds for partners, tables for observatories.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::{Args, ValueEnum};
use vigie_report::{
    permission::{Export, require},
    police::dossier_csv,
    sharing::{Sharer, misp_event, misp_feed, monthly_table, stix_bundle},
};
use vigie_store::{Figures as _, FindFilter, Finds as _, ShareFilter};

use super::{
    notice::{Desk, new_id},
    police::{Terms, finds, seal},
    print,
};

/// Hand out finds or tables, in the form that the receiver asks for, with a manifest
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vigie export table --out table/ --recipient OFDT --purpose 'prevalence by month' --legal-basis 'no personal data' --by 'C. Martin'"
)]
pub(crate) struct ExportCommand {
    /// Form
    #[arg(value_enum)]
    form: Form,
    /// Numbers of finds, or network:id [default: every stored advert]
    #[arg(value_name = "FIND")]
    finds: Vec<String>,
    /// New folder
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    terms: Terms,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// STIX 2.1 bundle of finds
    Stix,
    /// MISP event and feed of finds
    Misp,
    /// Finds as CSV
    Csv,
    /// Counts by watch, network and month; counts below 10 are not shown
    Table,
}

/// Most finds of one export.
const MOST: usize = 100_000;

impl ExportCommand {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let mut desk = Desk::open(config)?;
        require(desk.settings.profile, if self.form == Form::Table { Export::Table } else { Export::Finds })?;
        let act = self.terms.act()?;
        let sharer = Sharer { organisation: desk.settings.reporting.organisation.clone(), at: act.at };
        let files = self.files(&desk, &sharer)?;
        fs::create_dir(&self.out).with_context(|| format!("cannot make the folder {}", self.out.display()))?;
        for (name, content) in &files {
            fs::create_dir_all(self.out.join(name).parent().unwrap_or(&self.out))?;
            fs::write(self.out.join(name), content)?;
        }
        let manifest = self.terms.manifest(&desk, if self.form == Form::Table { "table" } else { "finds" }, &act);
        seal(&mut desk, &self.out, manifest, &new_id("VE")?, &act)?;
        print(&format!("{}\n", self.out.display()))
    }

    fn files(&self, desk: &Desk, sharer: &Sharer) -> anyhow::Result<Vec<(String, String)>> {
        let reader = desk.store.reader();
        if self.form == Form::Table {
            return Ok(vec![("table.csv".into(), monthly_table(&reader.share(&ShareFilter::default())?))]);
        }
        let finds = if self.finds.is_empty() {
            reader.finds(&FindFilter { band: Some(vigie_model::Band::Advert), ..FindFilter::default() }, MOST)?
        } else {
            finds(desk, &self.finds)?
        };
        Ok(match self.form {
            Form::Stix => vec![("bundle.stix.json".into(), serde_json::to_string_pretty(&stix_bundle(&finds, sharer))? + "\n")],
            // A feed has a manifest.json of its own.
            Form::Misp => misp_feed(&misp_event(&finds, sharer)).files.into_iter().map(|(name, content)| (format!("feed/{name}"), content)).collect(),
            Form::Csv | Form::Table => vec![("finds.csv".into(), dossier_csv(&finds))],
        })
    }
}
