//! Posts that look like adverts and are none (`domain.md` section 2.5).

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{
    Label,
    cities::{ELSEWHERE, place},
    contacts::Identity,
    grammar::{Draft, Lang, Scene, Writer},
    obfuscate::{self, Obfuscation},
    ordinary,
    stream::is_british,
};

/// Writes a look-alike; recruitment only outside the watches.
pub(crate) fn write(lang: Lang, group: usize, rng: &mut ChaCha8Rng) -> (Label, Draft) {
    let starts = &lang.grammar().lookalikes;
    let mut start = starts.pick(rng);
    while group != ELSEWHERE && start.is_some_and(|start| start.label == Some(Label::Recruitment)) {
        start = starts.pick(rng);
    }
    let Some(start) = start else { return (Label::Other, ordinary::write(lang, group, rng)) };
    let label = start.label.unwrap_or(Label::Ambiguous);
    let identity = Identity::new(rng.random(), is_british(group));
    let products = [rng.random_range(0..16), rng.random_range(0..16), rng.random_range(0..16)];
    let scene = Scene { lang, place: place(group, lang, rng.random_range(0..97)), products, identity: &identity };
    let mut draft = Draft::default();
    let mut anew = ChaCha8Rng::seed_from_u64(rng.random());
    Writer { scene: &scene, fixed: rng, anew: &mut anew }.write(start, &mut draft);
    if rng.random_ratio(1, 25) {
        let trick = Obfuscation::of_words(rng);
        obfuscate::apply(trick, &mut draft, scene.place.name, rng);
    } else if matches!(label, Label::UseTalk | Label::BuyerRequest | Label::JokeOrIrony | Label::NameOrHomonym | Label::LegalTrade | Label::Ambiguous) {
        ordinary::loosen(&mut draft, lang, rng);
    }
    (label, draft)
}
