//! From evidence to a score, a band and a label.
//!
//! The decision rule of `product.md` as additive log-odds comes first: a post is an advert when its author offers a controlled
//! drug, whatever words stand for it; offer act, price, delivery, hand-over, contact and channel pointer raise the certainty;
//! news, prevention, requests, talk and other contexts lower it. Its sum, the two views of the model and the structure are
//! then the inputs of a logistic regression, whose weights are trained. Every step is kept as a [`Reason`].

use std::borrow::Cow;

use vigie_model::{Band, ComponentKind, Grade, Label, Lang, Product, Reason};

use crate::{
    entities::Entities,
    evidence::Evidence,
    lexicon::Strength,
    model::{CONTEXT_INPUTS, INPUTS, Model, Part, RULES_SCALE, WORDS_INPUTS},
};

/// Scores from here on are adverts.
pub const ADVERT: f32 = 0.50;
/// Scores from here on are for a person to look at.
pub const REVIEW: f32 = 0.20;

/// What the fusion says.
#[derive(Debug)]
pub(crate) struct Fused {
    pub(crate) score: f32,
    pub(crate) band: Band,
    pub(crate) label: Label,
    pub(crate) reasons: Vec<Reason>,
}

/// Weight of a component: (strong, weak, counts as an offer on its own when strong, when weak).
fn weight(kind: ComponentKind) -> (f32, f32, bool, bool) {
    use ComponentKind as K;
    match kind {
        K::Offer => (3.0, 2.0, true, true),
        K::Delivery => (2.2, 1.1, true, false),
        K::MeetUp => (1.6, 0.7, true, false),
        K::Postal => (1.6, 0.7, true, false),
        K::Contact => (1.8, 1.1, true, true),
        K::Guarantee => (1.8, 0.6, true, false),
        K::Promotion => (1.5, 0.7, true, false),
        K::Sample => (1.4, 0.5, true, false),
        K::ChannelPointer => (1.4, 0.6, true, false),
        K::Wholesale => (1.5, 0.6, true, false),
        K::Recruiting => (1.5, 0.5, true, false),
        K::Quality | K::Hours | K::Vouch => (0.9, 0.5, false, false),
        K::Payment => (1.1, 0.5, false, false),
        K::Disclaimer => (0.9, 0.3, false, false),
        K::Product | K::Quantity | K::Price | K::Area | K::CarrierTags => (0.0, 0.0, false, false),
    }
}

/// The sum under way.
#[derive(Debug, Default)]
struct Sum {
    log_odds: f32,
    /// How many components speak for an offer.
    components: usize,
    offered: bool,
    /// Kept only where somebody will read them.
    reasons: Option<Vec<Reason>>,
}

impl Sum {
    fn add(&mut self, what: std::fmt::Arguments<'_>, weight: f32) {
        self.log_odds += weight;
        if let Some(reasons) = &mut self.reasons {
            reasons.push(Reason { what: what.as_str().map_or_else(|| what.to_string().into(), Cow::Borrowed), weight });
        }
    }
}

/// What the two views of the model say of a text, in log-odds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Views {
    pub(crate) words: f32,
    pub(crate) context: f32,
}

/// The log-odds that a contact adds.
const CONTACT: f32 = 2.2;

/// The rules' sum where no drug is named, besides the components.
const NO_DRUG: f32 = -4.5;

/// What the rules make of the evidence.
struct Ruled {
    sum: Sum,
    best: Option<Grade>,
    label: Option<Label>,
}

fn rules(evidence: &Evidence) -> Ruled {
    let mut sum = Sum { reasons: Some(Vec::new()), ..Sum::default() };
    components(evidence, &mut sum);
    let best = evidence.products.iter().filter(|p| p.class.is_drug()).map(|p| p.grade).min();
    match best {
        Some(best) => product(evidence, best, &mut sum),
        None => sum.add(format_args!("product:none"), NO_DRUG),
    }
    let label = contexts(evidence, &mut sum).or_else(|| best.is_none().then(|| without_drug(evidence, &sum)).flatten());
    gate(best, &mut sum);
    Ruled { sum, best, label }
}

/// The inputs of the fusion, in the order in which the trained weights stand. Changing it makes old models useless.
fn inputs(evidence: &Evidence, ruled: &Ruled, views: Views) -> [f32; INPUTS] {
    let mut out = [0.0; INPUTS];
    let parts = summary(evidence, ruled, views).into_iter().chain(catalogue(evidence));
    out.iter_mut().zip(parts).for_each(|(slot, input)| *slot = input);
    out
}

fn is(condition: bool) -> f32 {
    f32::from(u8::from(condition))
}

/// The rules' sum, the views, and what kind of post it is. The places of the views are [`WORDS_INPUTS`] and [`CONTEXT_INPUTS`].
fn summary(evidence: &Evidence, ruled: &Ruled, views: Views) -> [f32; 40] {
    let Ruled { sum, best, .. } = ruled;
    let few = |count: usize, most: u8| f32::from(u8::try_from(count).unwrap_or(u8::MAX).min(most)) / f32::from(most);
    let entities = &evidence.entities;
    let contexts = |strength| evidence.contexts.iter().filter(|c| c.1 == strength && c.0 != Label::Recruitment).count();
    let drugs = || evidence.products.iter().filter(|p| p.class.is_drug());
    let (code, none) = (is(*best == Some(Grade::C)), is(best.is_none()));
    [
        sum.log_odds.clamp(-10.0, 10.0) / RULES_SCALE,
        views.words,
        views.context,
        is(*best == Some(Grade::A)),
        is(*best == Some(Grade::B)),
        code,
        none,
        is(sum.offered),
        few(sum.components, 6),
        is(entities.contacts.iter().any(|c| c.kind.is_account())),
        is(entities.price_rows >= 2),
        is(entities.prices.iter().any(|p| p.quantity.is_some())),
        is(!entities.prices.is_empty()),
        is(drugs().any(|p| p.disguised)),
        few(evidence.emoji_classes(), 3),
        is(evidence.quoted),
        is(evidence.question),
        is(evidence.doubted),
        is(evidence.products.iter().any(|p| p.class == Product::LegalTrade)),
        few(contexts(Strength::Strong), 2),
        few(contexts(Strength::Weak), 3),
        few(evidence.classes(|p| p.class.is_drug() && p.tagged).len(), 2),
        few(evidence.classes(|p| p.class.is_drug()).len(), 3),
        few(evidence.hashtags, 6),
        is(evidence.words < 5),
        views.context * code,
        views.context * none,
        views.words * code,
        views.words * none,
        is(evidence.products.iter().any(|p| p.class == Product::OtherIllicit)),
        is(!evidence.places.is_empty()),
        is(evidence.words > 60),
        is(entities.prices.iter().any(costs_like_a_drug)),
        is(entities.prices.iter().any(costs_like_food)),
        is(!entities.quantities.is_empty()),
        views.words * views.context.clamp(-4.0, 4.0) / 4.0,
        few(evidence.goods.len(), 3),
        is(!evidence.goods.is_empty()) * none,
        is(!evidence.goods.is_empty()) * code,
        is(!evidence.goods.is_empty() && drugs().all(|p| evidence.goods.iter().any(|g| g.0 <= p.start && p.end <= g.1))),
    ]
}

/// Whether a price is one of drugs by weight, in units of the currency a gram: spices and truffles reach it, hardly anything else.
fn costs_like_a_drug(price: &vigie_model::Price) -> bool {
    per_gram(price).is_some_and(|per_gram| (1.5..=250.0).contains(&per_gram))
}

fn costs_like_food(price: &vigie_model::Price) -> bool {
    per_gram(price).is_some_and(|per_gram| per_gram < 0.4)
}

fn per_gram(price: &vigie_model::Price) -> Option<f64> {
    let grams = price.quantity.filter(|quantity| *quantity > 0.0)?
        * match price.unit.as_deref()? {
            "g" => 1.0,
            "kg" => 1000.0,
            _ => return None,
        };
    Some(price.amount / grams)
}

/// Which components, contexts and products there are.
fn catalogue(evidence: &Evidence) -> impl Iterator<Item = f32> {
    let cues = ComponentKind::ALL.iter().flat_map(|&kind| {
        let cue = evidence.cue(kind);
        [is(cue == Some(Strength::Strong)), is(cue == Some(Strength::Weak))]
    });
    let contexts = Label::ALL.iter().flat_map(|&label| {
        let any = |strength| is(evidence.contexts.iter().any(|c| c.0 == label && c.1 == strength));
        [any(Strength::Strong), any(Strength::Weak)]
    });
    let products = Product::ALL.iter().map(|&class| is(evidence.products.iter().any(|p| p.class == class)));
    cues.chain(contexts).chain(products)
}

/// The inputs of the fusion for training: those of the views are 0.
pub(crate) fn training_inputs(evidence: &Evidence) -> [f32; INPUTS] {
    inputs(evidence, &rules(evidence), Views::default())
}

/// Weighs the evidence of one text.
pub(crate) fn fuse(evidence: &Evidence, model: &Model, views: Views, lang: Lang, left_out: Option<Part>) -> Fused {
    let mut ruled = rules(evidence);
    let mut inputs = inputs(evidence, &ruled, views);
    if let Some(part) = left_out {
        part.leave_out(&mut inputs);
    }
    let term = |n: usize| model.weight(n) * inputs.get(n).copied().unwrap_or(0.0);
    let part = |of: &[usize]| -> f32 { of.iter().map(|&n| term(n)).sum() };
    let structure: f32 = (3..INPUTS).filter(|n| !WORDS_INPUTS.contains(n) && !CONTEXT_INPUTS.contains(n)).map(term).sum();
    let scale = model.weight(0) / RULES_SCALE;
    let mut reasons = ruled.sum.reasons.take().unwrap_or_default();
    reasons.iter_mut().for_each(|reason| reason.weight *= scale);
    let parts = [("model:words", part(&WORDS_INPUTS)), ("model:context", part(&CONTEXT_INPUTS)), ("model:structure", structure + model.bias(lang))];
    reasons.extend(parts.into_iter().filter(|(_, weight)| *weight != 0.0).map(|(what, weight)| Reason { what: what.into(), weight }));
    let score = odds_to_score(part(&[0]) + parts.iter().map(|(_, weight)| weight).sum::<f32>());
    let score = if is_thin(evidence, &ruled) { score.min(THIN) } else { score };
    let band = band(score);
    let label = match band {
        Band::Clear => ruled.label.unwrap_or(Label::Other),
        _ if evidence.cue(ComponentKind::Recruiting) == Some(Strength::Strong) && ruled.label == Some(Label::Recruitment) => Label::Recruitment,
        _ => Label::Advert,
    };
    Fused { score, band, label, reasons }
}

/// Highest score of a text in which at most a code word names a drug, and which says nothing else of a sale or hardly anything at all: a
/// person should look at it.
const THIN: f32 = ADVERT - 0.01;

fn is_thin(evidence: &Evidence, ruled: &Ruled) -> bool {
    let Entities { contacts, prices, quantities, .. } = &evidence.entities;
    let coded = !matches!(ruled.best, Some(Grade::A | Grade::B));
    let pictures_only = evidence.products.iter().filter(|p| p.class.is_drug()).all(|p| p.emoji);
    let signs = if pictures_only { 2 } else { 1 };
    let curt = evidence.words < CURT && evidence.places.is_empty() && evidence.hashtags == 0 && !evidence.products.iter().any(|p| p.emoji);
    coded && (curt || ruled.sum.components < signs) && contacts.is_empty() && prices.is_empty() && quantities.is_empty()
}

/// "J'ai du liquide.": fewer words than this leave a code word its everyday meaning.
const CURT: usize = 5;

/// The score of a text that is given up for what its words say.
pub(crate) fn given_up(words: f32) -> f32 {
    REVIEW / 4.0 * odds_to_score(words)
}

fn odds_to_score(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// The band of a score.
#[must_use]
pub fn band(score: f32) -> Band {
    if score >= ADVERT {
        Band::Advert
    } else if score >= REVIEW {
        Band::Review
    } else {
        Band::Clear
    }
}

/// Cues, prices, contacts, places.
fn components(evidence: &Evidence, sum: &mut Sum) {
    for &kind in ComponentKind::ALL {
        let (strong, weak, offers_strong, offers_weak) = weight(kind);
        match evidence.cue(kind) {
            Some(Strength::Strong) if strong > 0.0 => {
                sum.offered |= offers_strong;
                sum.components += 1;
                sum.add(format_args!("{kind}:strong"), strong);
            }
            Some(Strength::Weak) if weak > 0.0 => {
                sum.offered |= offers_weak;
                sum.components += usize::from(weak >= 0.7);
                sum.add(format_args!("{kind}:weak"), weak);
            }
            _ => {}
        }
    }
    let entities = &evidence.entities;
    if entities.contacts.iter().any(|c| c.kind.is_account()) {
        sum.offered = true;
        sum.components += 1;
        sum.add(format_args!("contact_given"), CONTACT);
    }
    let with_quantity = entities.prices.iter().any(|p| p.quantity.is_some());
    if entities.price_rows >= 2 {
        sum.offered = true;
        sum.components += 2;
        sum.add(format_args!("price_list"), if with_quantity { 3.2 } else { 2.2 });
    } else if with_quantity {
        sum.offered = true;
        sum.components += 1;
        sum.add(format_args!("price_for_quantity"), 1.9);
    } else if !entities.prices.is_empty() {
        sum.components += 1;
        sum.add(format_args!("price"), 1.1);
    }
    if entities.prices.is_empty() && !entities.quantities.is_empty() {
        sum.add(format_args!("quantity"), 0.3);
    }
    if !evidence.places.is_empty() {
        sum.add(format_args!("place"), 0.4);
    }
}

/// What is offered, and how clearly.
fn product(evidence: &Evidence, best: Grade, sum: &mut Sum) {
    let (what, base) = match best {
        Grade::A => ("product:A", -1.2),
        Grade::B => ("product:B", -1.8),
        Grade::C => ("product:C", -3.8),
    };
    sum.add(format_args!("{what}"), base);
    let classes = evidence.classes(|p| p.class.is_drug() && p.grade != Grade::C || p.grade == best && p.class.is_drug()).len();
    if classes >= 2 {
        sum.add(format_args!("several_products"), if classes >= 3 { 1.4 } else { 0.8 });
    }
    let tagged = evidence.classes(|p| p.class.is_drug() && p.tagged && p.grade != Grade::C).len();
    if tagged >= 2 {
        sum.components += 1;
        sum.add(format_args!("product_tags"), 1.4);
    } else if tagged == 1 && evidence.hashtags >= 4 {
        sum.add(format_args!("tag_wall"), 0.6);
    }
    if evidence.products.iter().any(|p| p.class.is_drug() && p.disguised && p.grade != Grade::C) {
        sum.add(format_args!("disguised_product"), 0.8);
    }
    if evidence.emoji_classes() >= 2 {
        sum.components += 1;
        sum.add(format_args!("emoji_menu"), if evidence.emoji_classes() >= 3 { 2.6 } else { 1.8 });
    }
    if evidence.quoted {
        sum.add(format_args!("quoted"), -2.6);
    }
    if evidence.question && evidence.entities.prices.is_empty() && evidence.entities.contacts.is_empty() {
        sum.add(format_args!("question"), -0.9);
    }
    if evidence.doubted {
        sum.add(format_args!("everyday_sense_likely"), -1.2);
    }
    if evidence.products.iter().any(|p| p.class == Product::LegalTrade) {
        sum.add(format_args!("legal_product"), -1.2);
    }
}

/// What speaks against; gives the label of the heaviest context.
fn contexts(evidence: &Evidence, sum: &mut Sum) -> Option<Label> {
    let mut heaviest: Option<(f32, Label)> = None;
    for &label in Label::ALL {
        let count = |strength| evidence.contexts.iter().filter(|c| c.0 == label && c.1 == strength).count();
        let (strong, weak) = (count(Strength::Strong), count(Strength::Weak));
        if strong + weak == 0 {
            continue;
        }
        if label == Label::Recruitment {
            sum.offered |= strong > 0;
            sum.add(format_args!("context:recruitment"), if strong > 0 { 2.5 } else { 0.5 });
            heaviest = heaviest.or(Some((-2.5, label)));
            continue;
        }
        let against = match strong {
            0 => [0.0, -0.9, -1.7, -2.4].get(weak.min(3)).copied().unwrap_or(-2.4),
            1 => -3.4 - 0.6 * f32::from(u8::try_from(weak.min(3)).unwrap_or(3)),
            _ => -5.5,
        };
        sum.add(format_args!("context:{label}"), against);
        if heaviest.is_none_or(|(weight, _)| against < weight) {
            heaviest = Some((against, label));
        }
    }
    heaviest.map(|(_, label)| label)
}

/// The decision rule's conditions: without them no sum is large enough.
fn gate(best: Option<Grade>, sum: &mut Sum) {
    let needed = match best {
        Some(Grade::A) => 0,
        Some(Grade::B) => 1,
        Some(Grade::C) => 2,
        None => 3,
    };
    let ceiling = if !sum.offered {
        -1.2
    } else if sum.components < needed {
        -0.6
    } else {
        return;
    };
    if sum.log_odds > ceiling {
        let what = if sum.offered { "too_few_components" } else { "nothing_offered" };
        sum.add(format_args!("{what}"), ceiling - sum.log_odds);
    }
}

/// No drug is named: perhaps an offer of something else.
fn without_drug(evidence: &Evidence, sum: &Sum) -> Option<Label> {
    let named = |class| evidence.products.iter().any(|p| p.class == class);
    if !sum.offered {
        None
    } else if named(Product::OtherIllicit) {
        Some(Label::AdvertOtherIllicit)
    } else {
        named(Product::LegalTrade).then_some(Label::LegalTrade)
    }
}
