//! Which posts a figure is about: the options that `share`, `label` and `episodes` have in common.

use clap::Args;
use vigie_store::{Domain, ShareFilter};

use crate::settings::Settings;

/// Watch, network and days.
#[derive(Debug, Args)]
pub(super) struct Scope {
    /// Only this watch [default: all of the configuration]
    #[arg(long, value_name = "NAME")]
    watch: Option<String>,
    /// Only this network
    #[arg(long, value_name = "NAME")]
    network: Option<String>,
    /// From this day on (YYYY-MM-DD, UTC)
    #[arg(long, value_name = "DAY")]
    since: Option<jiff::civil::Date>,
    /// Up to this day
    #[arg(long, value_name = "DAY")]
    until: Option<jiff::civil::Date>,
}

impl Scope {
    /// As a filter of raw counts.
    pub(super) fn filter(&self) -> ShareFilter {
        let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
        ShareFilter { watch: self.watch.clone(), network: self.network.clone(), since: day(self.since), until: day(self.until) }
    }

    /// A domain for the watch asked for, or for each one configured.
    pub(super) fn domains(&self, settings: &Settings, reposts: bool) -> Vec<Domain> {
        let ShareFilter { watch, network, since, until } = self.filter();
        let domain = |watch| Domain { watch, network: network.clone(), since: since.clone(), until: until.clone(), reposts };
        watches(watch, settings).into_iter().map(domain).collect()
    }
}

/// The watch asked for, or all that are configured.
pub(super) fn watches(asked: Option<String>, settings: &Settings) -> Vec<String> {
    asked.map_or_else(|| settings.watches.iter().map(|watch| watch.name.clone()).collect(), |watch| vec![watch])
}
