//! Rules of all packs, compiled, and what they do to a verdict.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use cel::Env;
use sha2::{Digest, Sha256};
use vigie_detect::{ADVERT, Detector, Judgement, REVIEW, Scratch, Watch, band};
use vigie_model::{Band, FiredRule, Label, Post, Reason, Severity, Verdict, Versions};
use vigie_text::Folded;

use crate::{
    Error, Pack, PackText, Problem, Rule, examples,
    expression::{Expression, context, environment},
    features::{self, Features},
    need::{Asked, Need, Phrases},
};

/// Most rules of all packs together.
const RULES: usize = 500;
/// Most steps of all rules together on one post.
const COST: u64 = 200_000;
/// How far below or above a threshold a post is put whose label or queue asks for a band, in log-odds.
const MARGIN: f32 = 0.01;

/// A rule, ready to be applied.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) rule: Rule,
    pack: Arc<str>,
    expression: Expression,
    need: Need,
    fired: Arc<FiredRule>,
}

/// The rules of all packs. Shared by all threads.
pub struct RuleBook {
    rules: Vec<Compiled>,
    /// Those that the rules' needs name.
    phrases: Phrases,
    env: Arc<Env>,
    versions: Arc<Versions>,
    hash: String,
    /// Hash of the packs' content alone.
    content: String,
}

impl fmt::Debug for RuleBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuleBook").field("hash", &self.hash).field("rules", &self.rules.len()).finish_non_exhaustive()
    }
}

/// How often a rule held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RuleCount {
    /// It only counts.
    pub shadow: bool,
    /// Posts for which it held.
    pub fired: u64,
    /// Of these, posts that it alone moves into another band.
    pub moved: u64,
    /// Posts for which its condition could not be evaluated, so that it did not hold.
    pub failed: u64,
}

/// Counts by rule; sums are commutative.
#[derive(Debug, Clone, Default)]
pub struct RuleTally(BTreeMap<String, RuleCount>);

impl RuleTally {
    fn of(&mut self, rule: &Rule) -> &mut RuleCount {
        self.0.entry(rule.name.clone()).or_insert(RuleCount { shadow: rule.shadow, ..RuleCount::default() })
    }

    /// Adds the counts of another part of the run.
    pub fn merge(&mut self, other: &Self) {
        for (name, count) in &other.0 {
            let sum = self.0.entry(name.clone()).or_default();
            sum.shadow = count.shadow;
            sum.fired += count.fired;
            sum.moved += count.moved;
            sum.failed += count.failed;
        }
    }

    /// Every rule that held or failed at least once, by name.
    pub fn counts(&self) -> impl Iterator<Item = (&str, RuleCount)> {
        self.0.iter().map(|(name, count)| (name.as_str(), *count))
    }
}

/// What the rules that hold make of a verdict.
struct Settled {
    score: f32,
    band: Band,
    label: Label,
    reasons: Vec<Reason>,
}

impl RuleBook {
    /// Compiles packs for use with a detector.
    ///
    /// # Errors
    /// [`Error`] at the first pack or rule that cannot be used.
    pub fn compile(packs: &[PackText], detector: &Detector) -> Result<Self, Error> {
        let env = environment();
        let (mut rules, mut phrases) = (Vec::new(), Phrases::default());
        for pack in packs {
            compile_pack(pack, &env, &mut rules, &mut phrases)?;
        }
        phrases.finish();
        check_names(&rules)?;
        let cost = rules.iter().map(|rule| rule.expression.cost).sum();
        if cost > COST {
            return Err(Error::TooExpensive { cost, limit: COST });
        }
        let content = hash(packs);
        let hash = if rules.iter().any(|rule| rule.expression.names("watch")) { with_watches(&content, detector.watches()) } else { content.clone() };
        let versions = Arc::new(Versions { rules: (!rules.is_empty()).then(|| hash.clone()), ..Versions::clone(detector.versions()) });
        Ok(Self { rules, phrases, env, versions, hash, content })
    }

    /// The same rules with those in the shadow made to act, to see what they would do.
    #[must_use]
    pub fn without_shadows(mut self) -> Self {
        self.rules.iter_mut().for_each(|rule| rule.rule.shadow = false);
        self
    }

    /// Tries the examples of one pack.
    ///
    /// # Errors
    /// [`Error::Rule`] for the first example that does not behave.
    pub fn verify(&self, pack: &str, detector: &Detector) -> Result<(), Error> {
        let mut scratch = Scratch::default();
        for rule in self.rules.iter().filter(|rule| &*rule.pack == pack) {
            let checked = examples::check(self, rule, detector, &mut scratch);
            let Some(wrong) = checked.iter().find(|checked| !checked.passed()) else { continue };
            let instead = match wrong.holds {
                Some(true) => "matches",
                Some(false) => "does not match",
                None => "cannot be evaluated: compare values of one type only (1.0 for numbers with decimals)",
            };
            let problem = Problem::Example { list: wrong.list(), number: wrong.number, instead: instead.to_owned() };
            return Err(Error::Rule { pack: rule.pack.to_string(), rule: rule.rule.name.clone(), problem });
        }
        Ok(())
    }

    /// The rules with the names of their packs and what each may cost at most, in steps.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = (&str, &Rule, u64)> {
        self.rules.iter().map(|rule| (&*rule.pack, &rule.rule, rule.expression.cost))
    }

    pub(crate) fn compiled(&self) -> &[Compiled] {
        &self.rules
    }

    /// Hash of the packs' content alone.
    pub(crate) fn content(&self) -> &str {
        &self.content
    }

    /// What determines the rules' part of a verdict, first 16 hexadecimal digits of a SHA-256: the packs' content, and the watches
    /// if some condition names them.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What verdicts are made with when this book was applied.
    #[must_use]
    pub fn versions(&self) -> &Arc<Versions> {
        &self.versions
    }

    /// Applies the rules to what was said of a post, `folded` in the course of it. Posts that are no candidates stay as they are, and
    /// cost nothing.
    pub fn apply(&self, post: &Post<'_>, folded: &Folded, judgement: &mut Judgement, watches: &[Watch], tally: &mut RuleTally) {
        let Some(verdict) = judgement.verdict.as_deref_mut().filter(|_| judgement.candidate) else { return };
        let names: Vec<&str> = judgement.watches.iter().filter_map(|&number| watches.get(usize::from(number))).map(|watch| watch.name.as_str()).collect();
        self.apply_folded(post, folded, verdict, &names, tally);
        (judgement.score, judgement.band) = (verdict.score, verdict.band);
    }

    /// Applies the rules to the verdict of a candidate, which belongs to the named watches.
    pub fn apply_to(&self, post: &Post<'_>, verdict: &mut Verdict, watches: &[&str], tally: &mut RuleTally) {
        self.apply_folded(post, &features::folded(&post.text), verdict, watches, tally);
    }

    fn apply_folded(&self, post: &Post<'_>, folded: &Folded, verdict: &mut Verdict, watches: &[&str], tally: &mut RuleTally) {
        verdict.versions = Arc::clone(&self.versions);
        let fired = self.fired(post, folded, verdict, watches, tally);
        if fired.is_empty() {
            return;
        }
        for rule in &fired {
            let count = tally.of(&rule.rule);
            count.fired += 1;
            count.moved += u64::from(settle(verdict, &[rule]).band != verdict.band);
        }
        let acting: Vec<&Compiled> = fired.into_iter().filter(|rule| !rule.rule.shadow).collect();
        let settled = settle(verdict, &acting);
        (verdict.score, verdict.band, verdict.label) = (settled.score, settled.band, settled.label);
        verdict.reasons.extend(settled.reasons);
        verdict.rules.extend(acting.iter().map(|rule| Arc::clone(&rule.fired)));
    }

    /// The rules that hold. One that raises or routes does not where the detector found no component: there is nothing to raise; one
    /// that does neither does not in a clear post: there is nothing to lower, and nobody sees its label.
    fn fired<'s>(&'s self, post: &Post<'_>, folded: &Folded, verdict: &Verdict, watches: &[&str], tally: &mut RuleTally) -> Vec<&'s Compiled> {
        let asked = Asked::new(verdict, folded, &self.phrases);
        let idle = |rule: &Rule| if rule.effect.lifts() { verdict.components.is_empty() } else { verdict.band == Band::Clear };
        let mut hopeful = self.rules.iter().filter(|rule| !idle(&rule.rule) && rule.need.is_met(&asked)).peekable();
        if hopeful.peek().is_none() {
            return Vec::new();
        }
        let features = Features::new(post, verdict, watches);
        let context = context(&self.env, &features);
        let mut fired = Vec::new();
        for rule in hopeful {
            match rule.expression.holds(&context) {
                Some(true) => fired.push(rule),
                Some(false) => {}
                None => tally.of(&rule.rule).failed += 1,
            }
        }
        fired
    }

    /// Whether one condition holds, whatever its effect.
    pub(crate) fn holds(&self, rule: &Compiled, post: &Post<'_>, verdict: &Verdict, watches: &[&str]) -> Option<bool> {
        let features = Features::new(post, verdict, watches);
        rule.expression.holds(&context(&self.env, &features))
    }
}

fn compile_pack(pack: &PackText, env: &Env, rules: &mut Vec<Compiled>, phrases: &mut Phrases) -> Result<(), Error> {
    let of_pack = Pack::parse(&pack.name, &pack.content)?.rules;
    let sources: Vec<&str> = of_pack.iter().map(|rule| rule.when.as_str()).collect();
    let compiled = Expression::compile_all(&sources, env).map_err(|(number, problem)| {
        let rule = of_pack.get(number).map(|rule| rule.name.clone()).unwrap_or_default();
        Error::Rule { pack: pack.name.clone(), rule, problem }
    })?;
    let name: Arc<str> = pack.name.as_str().into();
    rules.extend(of_pack.into_iter().zip(compiled).map(|(rule, expression)| Compiled {
        fired: Arc::new(FiredRule {
            name: rule.name.clone(),
            severity: rule.severity,
            en: rule.reason.en.clone(),
            fr: rule.reason.fr.clone(),
            route: rule.effect.route.clone(),
            tag: rule.effect.tag.clone(),
        }),
        rule,
        pack: Arc::clone(&name),
        need: expression.need(phrases),
        expression,
    }));
    Ok(())
}

fn check_names(rules: &[Compiled]) -> Result<(), Error> {
    let mut names = BTreeSet::new();
    for (number, rule) in rules.iter().enumerate() {
        let problem = if number >= RULES {
            Problem::TooMany(RULES)
        } else if !names.insert(rule.rule.name.as_str()) {
            Problem::Duplicate
        } else {
            continue;
        };
        return Err(Error::Rule { pack: rule.pack.to_string(), rule: rule.rule.name.clone(), problem });
    }
    Ok(())
}

/// Hash of the content alone: a pack that is moved or renamed makes the same verdicts.
pub(crate) fn hash(packs: &[PackText]) -> String {
    let mut sum = Sha256::new();
    for pack in packs {
        sum.update((pack.content.len() as u64).to_le_bytes());
        sum.update(pack.content.as_bytes());
    }
    digits(sum)
}

/// Conditions over the watches make verdicts depend on them, so the versions say which they were.
fn with_watches(content: &str, watches: &[Watch]) -> String {
    let mut sum = Sha256::new();
    sum.update(content.as_bytes());
    sum.update(format!("{watches:?}").as_bytes());
    digits(sum)
}

fn digits(sum: Sha256) -> String {
    sum.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Score, band and label with these rules. All weights add up; of several labels that of the most severe rule counts, the first
/// of equals. What is no advert by its label is not in band `advert`, and what is routed is at least in band `review`: only finds
/// are kept, and a queue is for a person to look at.
fn settle(verdict: &Verdict, rules: &[&Compiled]) -> Settled {
    let mut reasons: Vec<Reason> =
        rules.iter().map(|rule| Reason { what: format!("rule:{}", rule.rule.name).into(), weight: rule.rule.effect.weight() }).collect();
    let label = labelled(rules);
    let sum: f32 = reasons.iter().map(|reason| reason.weight).sum();
    let mut score = if sum == 0.0 { verdict.score } else { to_score(log_odds(verdict.score) + sum) };
    if let Some((number, _)) = label.filter(|(_, label)| score >= ADVERT && !counts_as_advert(*label)) {
        score = moved(score, log_odds(ADVERT) - MARGIN, reasons.get_mut(number));
    }
    let routed = rules.iter().position(|rule| rule.rule.effect.route.is_some()).filter(|_| score < REVIEW);
    if let Some(number) = routed {
        score = moved(score, log_odds(REVIEW) + MARGIN, reasons.get_mut(number));
    }
    let band = band(score);
    let label = match label {
        Some((_, label)) => label,
        None if routed.is_some() => Label::Ambiguous,
        None => label_in(band, verdict),
    };
    Settled { score, band, label, reasons }
}

/// The score at these log-odds; the difference is put down to the reason.
fn moved(score: f32, to: f32, reason: Option<&mut Reason>) -> f32 {
    if let Some(reason) = reason {
        reason.weight += to - log_odds(score);
    }
    to_score(to)
}

/// The label that is set, with the number of the rule that sets it.
fn labelled(rules: &[&Compiled]) -> Option<(usize, Label)> {
    let mut best: Option<(Severity, usize, Label)> = None;
    for (number, rule) in rules.iter().enumerate() {
        if let Some(label) = rule.rule.effect.label
            && best.is_none_or(|(severity, ..)| rule.rule.severity > severity)
        {
            best = Some((rule.rule.severity, number, label));
        }
    }
    best.map(|(_, number, label)| (number, label))
}

/// Labels that the share of adverts counts; a post of another label is never in band `advert`.
fn counts_as_advert(label: Label) -> bool {
    matches!(label, Label::Advert | Label::Recruitment | Label::SuspectedScamSeller)
}

/// The detector's label, unless the band became one that it does not fit.
fn label_in(band: Band, verdict: &Verdict) -> Label {
    match (verdict.band, band) {
        (Band::Clear, Band::Review | Band::Advert) => Label::Advert,
        (Band::Review | Band::Advert, Band::Clear) => Label::Other,
        _ => verdict.label,
    }
}

fn log_odds(score: f32) -> f32 {
    let score = score.clamp(1e-6, 1.0 - 1e-6);
    (score / (1.0 - score)).ln()
}

fn to_score(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use vigie_detect::{Lexicon, Model};

    use super::*;

    static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(Lexicon::embedded().unwrap(), Model::embedded().unwrap(), Vec::new()));
    const CONDITIONS: &[&str] = &[
        "band != 'clear' && products.size() > 0 && post.words.says_any(['gros', 'demi-gros'])",
        "post.words.says('à Toulouse') || 'K07' in components",
        "!(post.words.says('beuh'))",
        "label == 'recruitment' || contacts.size() >= 1",
        "prices.size() >= 2 ? true : products.size() > 1",
        "'CAN-H' in products && score > 0.0",
        "contacts.exists(band, band.kind == 'snapchat') && band == 'advert'",
        "post.words.says_any(['dispo', 'livraison ici']) && prices.size() >= 0",
        "prices.size() > -1 && components.exists(k, k in ['K01', 'K03'])",
    ];
    const WORDS: &[&str] =
        &["beuh", "en gros", "demi-gros", "dispo", "à Toulouse", "livraison ici", "snap fictif_31", "10€ le g", "shit", "on recrute", "hier"];

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(256))]

        #[test]
        fn what_is_not_evaluated_would_not_have_held(chosen in proptest::collection::vec(0..WORDS.len(), 0..6), band in 0..3_u8) {
            let env = environment();
            let text = chosen.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(" ");
            let post = Post::new("x", "1", &text);
            let mut scratch = Scratch::default();
            let mut verdict = *DETECTOR.judge_and_explain(&post, &mut scratch).verdict.unwrap();
            verdict.band = [Band::Clear, Band::Review, Band::Advert][usize::from(band)];
            let features = Features::new(&post, &verdict, &[]);
            let mut phrases = Phrases::default();
            let rules: Vec<_> = Expression::compile_all(CONDITIONS, &env).unwrap().into_iter().map(|rule| (rule.need(&mut phrases), rule)).collect();
            phrases.finish();
            let asked = Asked::new(&verdict, scratch.folded(), &phrases);
            for ((need, rule), source) in rules.iter().zip(CONDITIONS) {
                let holds = rule.holds(&context(&env, &features));
                proptest::prop_assert!(need.is_met(&asked) || holds == Some(false), "{source} holds for {text:?}, {band}");
            }
        }
    }
}
