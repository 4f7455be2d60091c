//! `vigie export`: finds and networks for partners, tables for observatories.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use vigie_report::{
    NetworkReport, export_networks,
    manifest::Manifest,
    permission::{Export, require},
    police::dossier_csv,
    sharing::{Sharer, misp_event, misp_feed, monthly_table, stix_bundle},
};
use vigie_store::{Figures as _, FindFilter, Finds as _, ShareFilter};

use super::{
    networks::{Linked, reports},
    notice::{Desk, new_id},
    police::{Terms, finds, seal},
    print,
};

/// Hand out finds, networks or tables, in the form that the receiver asks for, with a manifest
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vigie export table --out table/ --recipient OFDT --purpose 'prevalence by month' --legal-basis 'no personal data' --by 'C. Martin'"
)]
pub(crate) struct ExportCommand {
    /// Form
    #[arg(value_enum)]
    form: Form,
    /// Numbers of finds, or network:id; numbers of networks [default: every stored advert, every network]
    #[arg(value_name = "FIND")]
    chosen: Vec<String>,
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
    /// Networks of accounts as GraphML, GEXF, CSV for Gephi and i2, MISP, STIX 2.1 and CASE
    Networks,
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
        let manifest = self.terms.manifest(&desk, self.form.kind(), &act);
        let files = self.files(&desk, &sharer, &manifest)?;
        fs::create_dir(&self.out).with_context(|| format!("cannot make the folder {}", self.out.display()))?;
        for (name, content) in &files {
            fs::create_dir_all(self.out.join(name).parent().unwrap_or(&self.out))?;
            fs::write(self.out.join(name), content)?;
        }
        seal(&mut desk, &self.out, manifest, &new_id("VE")?, &act)?;
        print(&format!("{}\n", self.out.display()))
    }

    fn files(&self, desk: &Desk, sharer: &Sharer, manifest: &Manifest) -> anyhow::Result<Vec<(String, String)>> {
        let reader = desk.store.reader();
        if self.form == Form::Networks {
            let files = export_networks(&self.networks(desk)?, manifest);
            return Ok(files.into_iter().map(|file| (file.name.to_owned(), file.content)).collect());
        }
        if self.form == Form::Table {
            return Ok(vec![("table.csv".into(), monthly_table(&reader.share(&ShareFilter::default())?))]);
        }
        let finds = if self.chosen.is_empty() {
            reader.finds(&FindFilter { band: Some(vigie_model::Band::Advert), ..FindFilter::default() }, MOST)?
        } else {
            finds(desk, &self.chosen)?
        };
        Ok(match self.form {
            Form::Stix => vec![("bundle.stix.json".into(), serde_json::to_string_pretty(&stix_bundle(&finds, sharer))? + "\n")],
            // A feed has a manifest.json of its own.
            Form::Misp => misp_feed(&misp_event(&finds, sharer)).files.into_iter().map(|(name, content)| (format!("feed/{name}"), content)).collect(),
            Form::Csv | Form::Table | Form::Networks => vec![("finds.csv".into(), dossier_csv(&finds))],
        })
    }
    /// The networks that were asked for.
    fn networks(&self, desk: &Desk) -> anyhow::Result<Vec<NetworkReport>> {
        let mut networks = reports(&desk.settings, &Linked::make(&desk.settings)?, None)?;
        let numbers: Vec<u64> = self
            .chosen
            .iter()
            .map(|number| number.parse().with_context(|| format!("{number} is no number of a network: `vigie networks` lists them")))
            .collect::<anyhow::Result<_>>()?;
        if let Some(number) = numbers.iter().find(|number| networks.iter().all(|network| network.number != **number)) {
            bail!("there is no network {number}: `vigie networks` lists them");
        }
        networks.retain(|network| numbers.is_empty() || numbers.contains(&network.number));
        Ok(networks)
    }
}

impl Form {
    /// What the manifest calls it.
    fn kind(self) -> &'static str {
        match self {
            Self::Stix | Self::Misp | Self::Csv => "finds",
            Self::Networks => "networks",
            Self::Table => "table",
        }
    }
}
