//! Accounts and what they share, as nodes and edges: what every format is written from.

use std::collections::BTreeMap;

use vigie_link::{Account, Grade, SignalKind, Strength};
use vigie_model::ContactKind;

use crate::{NetworkReport, manifest::Manifest, networks::AccountFacts};

/// Nodes and edges of one or more networks, in a fixed order.
#[derive(Debug, Clone, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    /// Numbers of the networks with their grade and the indices of their accounts.
    pub(super) networks: Vec<(u64, Grade, Vec<usize>)>,
}

/// An account, or something that accounts share.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Unique within the export.
    pub(super) id: String,
    pub(super) kind: NodeKind,
    pub(super) label: String,
    /// Network of an account; empty else.
    pub(super) platform: String,
    pub(super) facts: AccountFacts,
    /// Number of the network of accounts.
    pub(super) network: u64,
    pub(super) profile: &'static str,
    pub(super) tlp: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NodeKind {
    /// The account's identifier and its handle.
    Account(Account, Option<String>),
    /// What is shared.
    Shared(SignalKind, String),
}

/// An account uses something.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub(super) id: String,
    /// Indices of nodes: the account and what it uses.
    pub(super) source: usize,
    pub(super) target: usize,
    pub(super) grade: Grade,
    pub(super) class: Strength,
    pub(super) weight: f64,
    /// Numbers of the finds.
    pub(super) evidence: Vec<i64>,
    pub(super) first_seen: Option<i64>,
    pub(super) last_seen: Option<i64>,
}

impl NodeKind {
    /// `account`, `phone`, `url`, `wallet`, `image`, `template`, `name`, or the name of a service.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Account(..) => "account",
            Self::Shared(SignalKind::Contact(ContactKind::Url | ContactKind::Shortlink | ContactKind::Linkpage), _) => "url",
            Self::Shared(SignalKind::Picture(_), _) => "image",
            Self::Shared(SignalKind::Text(_), _) => "template",
            Self::Shared(kind, _) => kind.as_str(),
        }
    }
}

impl Edge {
    /// What the account does with it.
    pub(super) fn word(&self) -> &'static str {
        if self.class == Strength::Strong { "offers" } else { "uses" }
    }
}

impl Graph {
    pub(super) fn new(networks: &[NetworkReport], manifest: &Manifest) -> Self {
        let mut graph = Self::default();
        for network in networks {
            graph.add(network, manifest);
        }
        graph
    }

    fn add(&mut self, network: &NetworkReport, manifest: &Manifest) {
        let mut of_account: BTreeMap<&Account, usize> = BTreeMap::new();
        let node = |id: String, kind, label, platform: &str, facts| Node {
            id,
            kind,
            label,
            platform: platform.to_owned(),
            facts,
            network: network.number,
            profile: manifest.profile.as_str(),
            tlp: manifest.colour(),
        };
        for account in &network.cluster.accounts {
            of_account.insert(account, self.nodes.len());
            let handle = network.handles.get(account).cloned();
            let facts = network.accounts_facts.get(account).cloned().unwrap_or_default();
            let id = format!("account:{}:{}", account.network, account.key);
            self.nodes.push(node(id, NodeKind::Account(account.clone(), handle), network.name(account), &account.network, facts));
        }
        for (number, reason) in network.cluster.reasons.iter().enumerate() {
            let target = self.nodes.len();
            let facts =
                AccountFacts { first_seen: reason.first_seen, last_seen: reason.last_seen, finds: reason.finds.len() as u64, ..AccountFacts::default() };
            let id = format!("{}:{}:{}:{number}", reason.kind.as_str(), network.number, reason.value);
            self.nodes.push(node(id, NodeKind::Shared(reason.kind, reason.value.to_string()), reason.value.to_string(), "", facts));
            for account in &reason.accounts {
                let Some(&source) = of_account.get(account) else { continue };
                self.edges.push(Edge {
                    id: format!("e{}", self.edges.len()),
                    source,
                    target,
                    grade: reason.grade,
                    class: reason.strength,
                    weight: reason.weight,
                    evidence: reason.finds.clone(),
                    first_seen: reason.first_seen,
                    last_seen: reason.last_seen,
                });
            }
        }
        self.networks.push((network.number, network.cluster.grade.unwrap_or(Grade::Possible), of_account.into_values().collect()));
    }

    /// The nodes of an edge.
    pub(super) fn ends(&self, edge: &Edge) -> Option<(&Node, &Node)> {
        Some((self.nodes.get(edge.source)?, self.nodes.get(edge.target)?))
    }
}

/// Numbers as words, joined.
pub(super) fn joined(numbers: &[i64]) -> String {
    numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(" ")
}
