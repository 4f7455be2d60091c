//! From inputs to the store: bounded channels, a pool of workers, one writer, one transaction a batch.
//!
//! [`run`] is the main job. Start reading at [`scan`](self) for the threads, then at `assess` for what is done to a post.

mod assess;
mod pictures;
mod rejects;
mod scan;
mod summary;
mod survey;
mod watch;

pub use assess::VerdictWriter;
pub use pictures::{PictureCounts, Pictures};
pub use rejects::RejectsTo;
pub use scan::{Error, Plan, Progress, run};
pub use summary::{BandCounts, ContactCount, Summary};
pub use survey::{Place, SurveyPlan, Surveyed, survey};
pub use watch::{Observer, SourceState, WatchPlan, watch};
