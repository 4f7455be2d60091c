//! Rule packs: what a moderator adds to the detector, in [CEL](https://github.com/google/cel-spec), without touching it.
//!
//! A [`Pack`] is a file of rules. A rule looks at a post and its verdict, and may raise or lower the score, set the label, name the
//! queue that the post belongs into, or tag it. [`RuleBook::compile`] bounds and checks packs, [`RuleBook::apply`] applies them to a
//! judgement. [`LiveRules`] reads packs from disk and takes up changes of their content.
//!
//! Rules are reviewed code, not user input; they are bounded all the same (`docs/rules.md`). Every rule sees the
//! detector's verdict, never what another rule made of it, so their order changes nothing but the tie between two labels.
//! Only posts that the detector looked at twice ([`vigie_detect::Judgement::candidate`]) are shown to rules: all others cost nothing.

mod backtest;
mod book;
mod error;
mod examples;
mod expression;
mod features;
mod live;
mod need;
mod pack;
mod schema;

pub use backtest::{Backtest, Change, Differences, Excerpt};
pub use book::{RuleBook, RuleCount, RuleTally};
pub use error::{Error, Problem};
pub use examples::{Checked, check_examples};
pub use live::{LiveRules, PackSource, PackText};
pub use pack::{Effect, Example, Pack, Reason, Rule};
