//! From evidence to a score, a band and a label: the decision rule of `product.md` as additive log-odds.
//!
//! A post is an advert when its author offers a controlled drug, whatever words stand for it. A resolved product is
//! necessary; offer act, price, delivery, hand-over, contact and channel pointer raise the certainty; news, prevention,
//! requests, talk and other contexts lower it. Every step is kept as a [`Reason`].

use vigie_model::{Band, ComponentKind, Grade, Label, Reason};

use crate::{evidence::Evidence, lexicon::Strength};

/// Names this way of fusing; part of every verdict's versions. Changes whenever a weight does.
pub(crate) const MODEL: &str = "rules-1";

/// Scores from here on are adverts.
pub(crate) const ADVERT: f32 = 0.70;
/// Scores from here on are for a person to look at.
pub(crate) const REVIEW: f32 = 0.40;

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
            reasons.push(Reason { what: what.to_string(), weight });
        }
    }

    fn score(&self) -> f32 {
        1.0 / (1.0 + (-self.log_odds).exp())
    }
}

/// What a glance at a text says of the contacts and prices that it may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Glance {
    pub(crate) contact: bool,
    pub(crate) price: bool,
}

/// The most that a contact, and prices, can add.
const CONTACT_AT_MOST: f32 = 2.2;
const PRICES_AT_MOST: f32 = 3.2;

/// The score of evidence whose contacts and prices were not read, if it stays clear whatever they are.
pub(crate) fn hopeless(evidence: &Evidence, glance: Glance) -> Option<f32> {
    let best = evidence.products.iter().filter(|p| p.class.is_drug()).map(|p| p.grade).min();
    let Some(best) = best else { return Some(NO_DRUG) };
    let mut sum = Sum::default();
    components(evidence, &mut sum);
    product(evidence, best, &mut sum);
    contexts(evidence, &mut sum);
    let more = f32::from(u8::from(glance.contact)) * CONTACT_AT_MOST + f32::from(u8::from(glance.price)) * PRICES_AT_MOST;
    let possible = Sum { log_odds: sum.log_odds + more, ..Sum::default() }.score();
    let offered = sum.offered || glance.contact || glance.price;
    (possible < REVIEW || !offered).then(|| sum.score().min(NO_OFFER))
}

/// Score where no drug is named.
const NO_DRUG: f32 = 0.01;
/// Highest score of evidence that was given up before its contacts and prices were read.
const NO_OFFER: f32 = 0.25;

/// Weighs the evidence of one text.
pub(crate) fn fuse(evidence: &Evidence) -> Fused {
    let mut sum = Sum { reasons: Some(Vec::new()), ..Sum::default() };
    components(evidence, &mut sum);
    let Some(best) = evidence.products.iter().filter(|p| p.class.is_drug()).map(|p| p.grade).min() else {
        return without_drug(evidence, &sum);
    };
    product(evidence, best, &mut sum);
    let label = contexts(evidence, &mut sum);
    gate(best, &mut sum);
    let score = sum.score();
    let band = band(score);
    let label = match band {
        Band::Clear => label.unwrap_or(Label::Other),
        _ if evidence.cue(ComponentKind::Recruiting) == Some(Strength::Strong) && label == Some(Label::Recruitment) => Label::Recruitment,
        _ => Label::Advert,
    };
    Fused { score, band, label, reasons: sum.reasons.unwrap_or_default() }
}

pub(crate) fn band(score: f32) -> Band {
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
    if entities.contacts.iter().any(|c| c.kind != vigie_model::ContactKind::Url) {
        sum.offered = true;
        sum.components += 1;
        sum.add(format_args!("contact_given"), CONTACT_AT_MOST);
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
    if evidence.products.iter().any(|p| p.class == vigie_model::Product::LegalTrade) {
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
fn gate(best: Grade, sum: &mut Sum) {
    let needed = match best {
        Grade::A => 0,
        Grade::B => 1,
        Grade::C => 2,
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

/// No drug is named: never an advert; perhaps an offer of something else.
fn without_drug(evidence: &Evidence, sum: &Sum) -> Fused {
    let named = |class| evidence.products.iter().any(|p| p.class == class);
    let label = if sum.offered && named(vigie_model::Product::OtherIllicit) {
        Label::AdvertOtherIllicit
    } else if sum.offered && named(vigie_model::Product::LegalTrade) {
        Label::LegalTrade
    } else {
        Label::Other
    };
    Fused { score: NO_DRUG, band: Band::Clear, label, reasons: Vec::new() }
}
