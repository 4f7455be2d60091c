//! A synthetic stream of posts with known truth, for tests, samples and the quick start.
//!
//! Nothing in it was posted by anybody: texts come from a grammar of our own wording, telephone numbers from the
//! ranges that ARCEP and Ofcom set aside for fiction, handles contain "example", "fictif" or "demo", and links
//! lead to `example.org` and its siblings. It neither reads nor copies the project's lexicon, so that it stays an
//! independent source of wording. Figures measured on it say that the software works, not how well it detects.
//!
//! | you want | call |
//! | --- | --- |
//! | posts in memory, with their truth | [`Stream::new`] |
//! | a file of any size, fast | [`write_stream`] |
//! | the sample that is shipped | [`write_samples`] |
//! | a text with its words or numbers disguised | [`Disguise::apply`] |
//! | a menu or flyer as a picture, with what stands on it | [`flyer`] |
//! | a post as its network would deliver it | [`jetstream_v1`], [`jetstream_v2`], [`mastodon_status`], [`x_v2_envelope`] |
//!
//! Every advert share is exact by design: the posts of a watch are dealt from shuffled decks of 100 cards, of
//! which as many are adverts as [`WATCHES`] says.

mod adverts;
mod cities;
mod contacts;
mod disguise;
mod disguise_words;
mod flyers;
mod formats;
mod grammar;
mod label;
mod lookalikes;
mod networks;
mod neutral;
mod obfuscate;
mod ordinary;
mod prices;
mod samples;
mod stream;
mod truth;
mod write;

pub use cities::{WATCHES, Watch};
pub use contacts::Contact;
pub use disguise::Disguise;
pub use flyers::{Flyer, FlyerPrice, Wear, flyer};
pub use formats::{jetstream_v1, jetstream_v2, mastodon_status, x_v2_envelope};
pub use label::Label;
pub use networks::{AccountTruth, NetworkPlan, NetworkPost, NetworkSuite};
pub use obfuscate::Obfuscation;
pub use samples::{Error, SampleFacts, WatchFacts, write_samples, write_stream};
pub use stream::{Stream, StreamPlan};
pub use truth::{LabelledPost, Truth};
