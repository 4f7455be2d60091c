//! The nouns of Vigie: posts, verdicts, products, components and times.
//!
//! Plain data with `serde`; nothing here touches a clock, the network, the disk or the environment.
//! Start with [`Post`], what a source delivers, and [`Verdict`], what the detector says of it.

mod catalogue;
mod lang;
mod picture;
mod post;
mod profile;
mod time;
mod verdict;

pub use catalogue::{ComponentKind, Grade, Label, Product, UnknownName};
pub use lang::Lang;
pub use picture::{KnownPicture, PictureBox, PictureCode, PictureFinding, PictureReading, PictureSpan, PictureState};
pub use post::{Author, Event, NeutralAuthor, NeutralMedia, NeutralPost, Post, Revision, post_schema};
pub use profile::{Profile, SourceTerms};
pub use time::{Timestamp, UnreadableTime};
pub use verdict::{Band, Component, Contact, ContactKind, FiredRule, Place, Price, Reason, Severity, Verdict, Versions};
