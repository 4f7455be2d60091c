//! The pictures of a post: their text goes the way of the post's own, and what is found in it is placed in the picture.

use serde::Serialize;
use vigie_detect::{Detector, Judgement, REVIEW, Scratch, band};
use vigie_model::{Band, ComponentKind, Contact, PictureReading, PictureSpan, PictureState, Post, Price, Reason, Verdict};

/// Reads the pictures of posts.
pub trait Pictures: Sync + Send {
    /// What the pictures of a post say. `input` is the number of the post's input in the plan.
    fn look(&self, input: usize, post: &Post<'_>) -> Vec<PictureReading>;
}

/// What looking at pictures came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PictureCounts {
    /// Pictures that posts name a file for.
    pub named: u64,
    /// Read.
    pub read: u64,
    /// Decoded, but their text was not read.
    pub unread: u64,
    /// Not decoded.
    pub refused: u64,
    /// Not there.
    pub missing: u64,
    /// With text.
    pub with_text: u64,
    /// With a readable code.
    pub with_code: u64,
    /// On a list of adverts.
    pub known: u64,
    /// Posts that became finds through their pictures.
    pub posts_raised: u64,
}

impl PictureCounts {
    fn note(&mut self, reading: &PictureReading) {
        let finding = &reading.finding;
        self.named += 1;
        *match finding.state {
            PictureState::Read => &mut self.read,
            PictureState::Unread => &mut self.unread,
            PictureState::Refused => &mut self.refused,
            PictureState::Missing => &mut self.missing,
        } += 1;
        self.with_text += u64::from(!finding.text.is_empty());
        self.with_code += u64::from(!finding.codes.is_empty());
        self.known += u64::from(finding.is_known_advert());
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.named += other.named;
        self.read += other.read;
        self.unread += other.unread;
        self.refused += other.refused;
        self.missing += other.missing;
        self.with_text += other.with_text;
        self.with_code += other.with_code;
        self.known += other.known;
        self.posts_raised += other.posts_raised;
    }
}

/// Judges a post with its pictures. A picture adds to what the text says and takes nothing away; watch and language stay those of the text.
pub(crate) fn judge_with(
    detector: &Detector,
    post: &Post<'_>,
    alone: Judgement,
    readings: Vec<PictureReading>,
    scratch: &mut Scratch,
    counts: &mut PictureCounts,
) -> Judgement {
    readings.iter().for_each(|reading| counts.note(reading));
    let known = readings.iter().any(|reading| reading.finding.is_known_advert());
    let together = Together::of(&post.text, readings);
    let with = Post { text: together.text.clone().into(), ..post.clone() };
    let Some(mut verdict) = detector.judge_and_explain(&with, scratch).verdict else { return alone };
    let mut added = together.take(&mut verdict);
    if let Some(likely) = &together.likely {
        let as_meant = Post { text: likely.clone().into(), ..post.clone() };
        if let Some(mut meant) = detector.judge_and_explain(&as_meant, scratch).verdict {
            added.take_alternatives(together.take(&mut meant));
        }
    }
    let was = alone.band;
    if let Some(mut before) = alone.verdict.filter(|before| before.score > verdict.score) {
        std::mem::swap(&mut before, &mut verdict);
    } else if alone.score > verdict.score {
        (verdict.score, verdict.band) = (alone.score, alone.band);
    }
    if known {
        raise_known(&mut verdict);
    }
    together.give(added, &mut verdict);
    counts.posts_raised += u64::from(was == Band::Clear && verdict.band != Band::Clear);
    Judgement { score: verdict.score, band: verdict.band, candidate: true, verdict: Some(verdict), ..alone_parts(alone.watches, alone.lang) }
}

/// The parts that pictures do not change.
fn alone_parts(watches: vigie_detect::WatchSet, lang: vigie_model::Lang) -> Judgement {
    Judgement { watches, lang, score: 0.0, band: Band::Clear, candidate: false, verdict: None }
}

/// A listed picture is a reason for a person to look, and by itself no more than that.
fn raise_known(verdict: &mut Verdict) {
    if verdict.score < REVIEW {
        let log_odds = |score: f32| (score.clamp(1e-6, 1.0 - 1e-6) / (1.0 - score.clamp(1e-6, 1.0 - 1e-6))).ln();
        verdict.reasons.push(Reason { what: "known_picture".into(), weight: log_odds(REVIEW) - log_odds(verdict.score) });
        verdict.score = REVIEW;
        verdict.band = band(REVIEW);
        verdict.label = vigie_model::Label::Advert;
    } else {
        verdict.reasons.push(Reason { what: "known_picture".into(), weight: 0.0 });
    }
}

/// The text of a post with those of its pictures behind it.
struct Together {
    text: String,
    /// The same, byte for byte, as it was probably meant.
    likely: Option<String>,
    /// End of the post's own text.
    own: u32,
    /// Pictures, with where their text begins.
    pictures: Vec<(usize, PictureReading)>,
}

/// What a verdict says of the pictures.
struct Added {
    contacts: Vec<Contact>,
    prices: Vec<Price>,
    /// Number of the picture, and the span.
    spans: Vec<(usize, PictureSpan)>,
}

impl Together {
    fn of(own: &str, readings: Vec<PictureReading>) -> Self {
        let mut text = own.to_owned();
        let mut likely = own.to_owned();
        let mut pictures = Vec::new();
        for reading in readings {
            text.push('\n');
            likely.push('\n');
            let start = text.len();
            text.push_str(&reading.text);
            likely.push_str(reading.likely.as_deref().unwrap_or(&reading.text));
            pictures.push((start, reading));
        }
        let likely = (likely != text).then_some(likely);
        Self { text, likely, own: u32::try_from(own.len()).unwrap_or(u32::MAX), pictures }
    }

    /// Takes what lies in pictures out of a verdict, so that its offsets are those of the post's own text.
    fn take(&self, verdict: &mut Verdict) -> Added {
        let components = std::mem::take(&mut verdict.components);
        let (own, foreign): (Vec<_>, Vec<_>) = components.into_iter().partition(|component| component.start < self.own);
        verdict.components = own;
        verdict.components.iter_mut().for_each(|component| component.end = component.end.min(self.own));
        let spans = foreign.iter().filter_map(|component| self.span(component.kind, component.start, component.end)).collect();
        let contacts = verdict.contacts.extract_if(.., |contact| contact.start >= self.own).collect();
        let prices = verdict.prices.extract_if(.., |price| price.start >= self.own).collect();
        verdict.contacts.iter_mut().for_each(|contact| contact.end = contact.end.min(self.own));
        verdict.prices.iter_mut().for_each(|price| price.end = price.end.min(self.own));
        Added { contacts, prices, spans }
    }

    /// The span of a stretch of the whole text.
    fn span(&self, kind: ComponentKind, start: u32, end: u32) -> Option<(usize, PictureSpan)> {
        let (start, end) = (start as usize, end as usize);
        let number = self.pictures.partition_point(|(begin, _)| *begin <= start).checked_sub(1)?;
        let (begin, reading) = self.pictures.get(number)?;
        let stretch = start - begin..end.min(begin + reading.text.len()).checked_sub(*begin)?;
        let text = reading.text.get(stretch.clone())?.to_owned();
        let place = reading.place(&stretch)?;
        Some((number, PictureSpan { kind, text, place, alternative: false }))
    }

    /// Puts the findings of the pictures into the verdict that holds. Contacts and prices get a place of no length at the end of the text.
    fn give(self, added: Added, verdict: &mut Verdict) {
        let end = self.own;
        verdict.contacts.extend(added.contacts.into_iter().map(|contact| Contact { start: end, end, ..contact }));
        verdict.prices.extend(added.prices.into_iter().map(|price| Price { start: end, end, ..price }));
        verdict.pictures = self.pictures.into_iter().map(|(_, reading)| reading.finding).collect();
        for (number, span) in added.spans {
            if let Some(picture) = verdict.pictures.get_mut(number) {
                picture.spans.push(span);
            }
        }
    }
}

impl Added {
    /// Adds the contacts and prices that only the likely text has, with their spans.
    fn take_alternatives(&mut self, meant: Added) {
        let new_contacts: Vec<Contact> =
            meant.contacts.into_iter().filter(|c| self.contacts.iter().all(|k| (k.kind, &k.value) != (c.kind, &c.value))).collect();
        let same = |a: &Price, b: &Price| (a.amount, &a.currency, a.quantity, &a.unit) == (b.amount, &b.currency, b.quantity, &b.unit);
        let new_prices: Vec<Price> = meant.prices.into_iter().filter(|p| self.prices.iter().all(|known| !same(known, p))).collect();
        if !new_contacts.is_empty() || !new_prices.is_empty() {
            let entity = |kind| matches!(kind, ComponentKind::Contact | ComponentKind::Price);
            let fresh = meant.spans.into_iter().filter(|span| entity(span.1.kind) && !self.spans.contains(span));
            let marked: Vec<_> = fresh.map(|(number, span)| (number, PictureSpan { alternative: true, ..span })).collect();
            self.spans.extend(marked);
        }
        // What was meant takes the place of what it completes: the beginning of a handle, a price without its quantity.
        self.contacts.retain(|k| !new_contacts.iter().any(|c| c.kind == k.kind && c.start == k.start && c.value.starts_with(&k.value)));
        self.prices.retain(|k| !new_prices.iter().any(|p| p.start < k.end && k.start < p.end));
        self.contacts.extend(new_contacts);
        self.prices.extend(new_prices);
    }
}
