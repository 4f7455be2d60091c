//! `vigie init`: a commented configuration to start from.

use std::{path::Path, process::ExitCode};

use anyhow::bail;
use clap::Args;
use vigie_model::Profile;

use super::print;
use crate::settings::FILE_NAME;

/// Write a commented vigie.toml into this folder
///
/// The operating profile is a hard choice: it decides what may be kept, and the store keeps to it.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// authority: police, prosecutor; platform: a platform or its processor; research: no personal data; monitor: private monitor, city desk
    #[arg(long, value_name = "NAME", value_parser = parse_profile)]
    profile: Option<Profile>,
}

fn parse_profile(name: &str) -> Result<Profile, String> {
    let all = Profile::ALL.map(Profile::as_str);
    Profile::ALL.into_iter().find(|p| p.as_str() == name).ok_or_else(|| {
        let nearest = all.iter().min_by_key(|known| strsim::damerau_levenshtein(name, known)).copied().unwrap_or_default();
        format!("profiles are {}; did you mean {nearest}?", all.join(", "))
    })
}

const TEMPLATE: &str = include_str!("../../vigie.template.toml");

impl Init {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        if Path::new(FILE_NAME).exists() {
            bail!("{FILE_NAME} is here already; edit it, or remove it first");
        }
        let line = match self.profile {
            Some(profile) => format!("profile = \"{}\"", profile.as_str()),
            None => "# profile = \"monitor\"    # choose one and remove the #".to_owned(),
        };
        std::fs::write(FILE_NAME, TEMPLATE.replace("{profile}", &line))?;
        let next = if self.profile.is_some() {
            "edit its watches, then run `vigie scan PATH`"
        } else {
            "choose its profile, edit its watches, then run `vigie scan PATH`"
        };
        print(&format!("wrote {FILE_NAME}: {next}\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_named_or_suggested() {
        assert_eq!(parse_profile("research"), Ok(Profile::Research));
        assert!(parse_profile("reserch").unwrap_err().ends_with("did you mean research?"));
    }
}
