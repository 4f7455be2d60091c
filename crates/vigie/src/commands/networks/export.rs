//! `vigie networks --export`: files for the programs of others.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use vigie_report::{Handover, NetworkReport, export_networks, permission};

use crate::{commands::scan::now, settings::Settings};

/// What an export needs.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// Write the networks into this folder: GraphML, GEXF, CSV for Gephi and i2, MISP, STIX 2.1, CASE, and a manifest with their digests
    #[arg(long, value_name = "DIR", requires_all = ["by", "purpose", "basis", "recipient", "expires"])]
    export: Option<PathBuf>,
    /// Only this network (may be given several times)
    #[arg(long = "number", value_name = "N", requires = "export")]
    numbers: Vec<u64>,
    /// Who exports
    #[arg(long, value_name = "NAME", requires = "export")]
    by: Option<String>,
    /// What for
    #[arg(long, value_name = "TEXT", requires = "export")]
    purpose: Option<String>,
    /// The law or contract that allows it
    #[arg(long, value_name = "TEXT", requires = "export")]
    basis: Option<String>,
    /// Who receives it
    #[arg(long, value_name = "NAME", requires = "export")]
    recipient: Option<String>,
    /// Day after which the recipient deletes it (YYYY-MM-DD)
    #[arg(long, value_name = "DAY", requires = "export")]
    expires: Option<jiff::civil::Date>,
    /// How far it may be passed on
    #[arg(long, value_enum, default_value_t = Tlp::Amber, requires = "export")]
    tlp: Tlp,
}

/// Traffic light protocol.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Tlp {
    /// The recipient only
    Red,
    /// The recipient's organisation
    Amber,
    /// The recipient's community
    Green,
}

impl Export {
    /// Writes the files, if asked to; says how many and where.
    pub(super) fn write(&self, settings: &Settings, networks: &[NetworkReport]) -> anyhow::Result<Option<String>> {
        let Some(folder) = &self.export else { return Ok(None) };
        permission::require(settings.profile, permission::Export::Finds)?;
        let chosen: Vec<NetworkReport> = networks.iter().filter(|network| self.numbers.is_empty() || self.numbers.contains(&network.number)).cloned().collect();
        let files = export_networks(&chosen, &self.handover(settings)?);
        create(folder)?;
        for file in &files {
            let path = folder.join(file.name);
            std::fs::write(&path, &file.content).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(Some(format!("{} networks, {} files in {}\n", chosen.len(), files.len(), folder.display())))
    }

    fn handover(&self, settings: &Settings) -> anyhow::Result<Handover> {
        let given = |value: &Option<String>| value.clone().unwrap_or_default();
        Ok(Handover {
            exported_by: given(&self.by),
            at: now()?.to_string(),
            profile: settings.profile.as_str(),
            purpose: given(&self.purpose),
            legal_basis: given(&self.basis),
            recipient: given(&self.recipient),
            expires: self.expires.map_or_else(String::new, |day| day.to_string()),
            tlp: match self.tlp {
                Tlp::Red => "red",
                Tlp::Amber => "amber",
                Tlp::Green => "green",
            }
            .to_owned(),
            program: format!("vigie {}", env!("CARGO_PKG_VERSION")),
        })
    }
}

fn create(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))
}
