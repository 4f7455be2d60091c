//! Money: what reading costs, how much may be spent, and how much was. Written down before it is spent.

use std::{
    collections::BTreeMap,
    fmt, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use vigie_model::Timestamp;

const SECONDS_A_DAY: i64 = 86_400;
/// Days that are remembered: the current month and the one before.
const DAYS_KEPT: usize = 62;

/// What a source charges, in millionths of the currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// For each post read.
    pub read: u64,
    /// For each request for counts.
    pub count: u64,
}

/// What may be spent, in millionths of the currency. Days and months are those of UTC, as they are billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// In a day.
    pub day: u64,
    /// In a month.
    pub month: u64,
}

/// What was spent and what may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spending {
    /// Spent or reserved today, in millionths.
    pub day: u64,
    /// Spent or reserved this month.
    pub month: u64,
    /// What may be spent today.
    pub day_budget: u64,
    /// What may be spent this month.
    pub month_budget: u64,
}

/// Spending more would exceed the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exhausted {
    /// What is spent.
    pub spending: Spending,
    /// What the next step would cost at most.
    pub wanted: u64,
    /// How long it is until the budget is there again.
    pub wait: Duration,
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Spending { day, month, day_budget, month_budget } = self.spending;
        let [day, month, day_budget, month_budget, wanted] = [day, month, day_budget, month_budget, self.wanted].map(Money);
        write!(
            f,
            "stopped before the budget is exceeded: {day} of {day_budget} spent today, {month} of {month_budget} this month, and the next step may cost {wanted}"
        )
    }
}

/// Millionths, as people write an amount.
pub(crate) struct Money(pub(crate) u64);

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 1_000_000, self.0 % 1_000_000);
        if part.is_multiple_of(10_000) { write!(f, "{whole}.{:02}", part / 10_000) } else { write!(f, "{whole}.{part:06}") }
    }
}

/// Why the account of what was spent cannot be used. Without it nothing may be read.
#[derive(Debug, thiserror::Error)]
pub enum PurseError {
    /// The system refuses.
    #[error("cannot keep account of spending in {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not what we wrote.
    #[error("{0} is damaged or of another source; look what was spent at the network itself, then remove the file")]
    Damaged(PathBuf),
}

/// The account of one source.
#[derive(Debug)]
pub struct Purse {
    path: PathBuf,
    book: Book,
    budget: Budget,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Book {
    source: String,
    /// Millionths spent on each day since 1970.
    days: BTreeMap<i64, u64>,
}

impl Purse {
    /// Opens the account of a source in a folder.
    ///
    /// # Errors
    /// It cannot be read, or is damaged: then nothing says what was spent.
    pub fn open(folder: &Path, source: &str, budget: Budget) -> Result<Self, PurseError> {
        let plain: String = source.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let path = folder.join(format!("spending-{plain}.json"));
        let book = match fs::read(&path) {
            Ok(json) => serde_json::from_slice::<Book>(&json).ok().filter(|book| book.source == source).ok_or_else(|| PurseError::Damaged(path.clone()))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Book { source: source.to_owned(), days: BTreeMap::new() },
            Err(source) => return Err(PurseError::File { path, source }),
        };
        Ok(Self { path, book, budget })
    }

    /// What is spent at a time.
    #[must_use]
    pub fn spending(&self, now: Timestamp) -> Spending {
        let today = day(now);
        let of_month = |(at, _): &(&i64, &u64)| month(**at) == month(today);
        Spending {
            day: self.book.days.get(&today).copied().unwrap_or(0),
            month: self.book.days.iter().filter(of_month).map(|(_, spent)| *spent).fold(0, u64::saturating_add),
            day_budget: self.budget.day,
            month_budget: self.budget.month,
        }
    }

    /// Writes an amount down before it is spent; whether there is so much.
    ///
    /// # Errors
    /// [`PurseError::File`]: then it must not be spent.
    pub fn reserve(&mut self, amount: u64, now: Timestamp) -> Result<Result<Spending, Exhausted>, PurseError> {
        let spending = self.spending(now);
        let exceeds_day = spending.day.saturating_add(amount) > self.budget.day;
        let exceeds_month = spending.month.saturating_add(amount) > self.budget.month;
        if exceeds_day || exceeds_month {
            return Ok(Err(Exhausted { spending, wanted: amount, wait: self.until_next(now, exceeds_month) }));
        }
        let spent = self.book.days.entry(day(now)).or_default();
        *spent = spent.saturating_add(amount);
        while self.book.days.len() > DAYS_KEPT {
            self.book.days.pop_first();
        }
        self.write()?;
        Ok(Ok(self.spending(now)))
    }

    /// Gives back what was reserved and not spent.
    ///
    /// # Errors
    /// [`PurseError::File`]
    pub fn give_back(&mut self, amount: u64, now: Timestamp) -> Result<Spending, PurseError> {
        if let Some(spent) = self.book.days.get_mut(&day(now)).filter(|_| amount > 0) {
            *spent = spent.saturating_sub(amount);
            self.write()?;
        }
        Ok(self.spending(now))
    }

    fn until_next(&self, now: Timestamp, month_is_over: bool) -> Duration {
        let today = day(now);
        let next = if month_is_over { (today..).find(|at| month(*at) != month(today)).unwrap_or(today) } else { today + 1 };
        Duration::from_secs((next * SECONDS_A_DAY).saturating_sub(now.seconds()).unsigned_abs())
    }

    /// A reader, and a crash, find the old account or the new one.
    fn write(&self) -> Result<(), PurseError> {
        let new = self.path.with_extension("json.new");
        let written = || -> io::Result<()> {
            let mut file = fs::File::create(&new)?;
            file.write_all(&serde_json::to_vec(&self.book)?)?;
            file.sync_all()?;
            fs::rename(&new, &self.path)
        };
        written().map_err(|source| PurseError::File { path: self.path.clone(), source })
    }
}

fn day(at: Timestamp) -> i64 {
    at.seconds().div_euclid(SECONDS_A_DAY)
}

/// Year and month of a day since 1970, as one text.
fn month(day: i64) -> String {
    let at = Timestamp::from_seconds(day.saturating_mul(SECONDS_A_DAY)).map(|time| time.to_string()).unwrap_or_default();
    at.chars().take(7).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_budget_is_never_exceeded_and_survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let budget = Budget { day: 1_000_000, month: 1_500_000 };
        let open = || Purse::open(folder.path(), "x toulouse", budget).unwrap();
        let evening = at("2026-11-24T23:00:00Z");
        assert_eq!(open().reserve(700_000, evening).unwrap().unwrap().day, 700_000);
        let refused = open().reserve(300_001, evening).unwrap().unwrap_err();
        assert_eq!(refused.wait, Duration::from_secs(3_600));
        assert_eq!(
            refused.to_string(),
            "stopped before the budget is exceeded: 0.70 of 1.00 spent today, 0.70 of 1.50 this month, and the next step may cost 0.300001"
        );
        assert_eq!(open().give_back(200_000, evening).unwrap().day, 500_000);
        // The next day there is money again; the month's is used up before the next day's is.
        let next = at("2026-11-25T00:00:01Z");
        assert_eq!(open().reserve(1_000_000, next).unwrap().unwrap().month, 1_500_000);
        let refused = open().reserve(1, at("2026-11-26T00:00:00Z")).unwrap().unwrap_err();
        assert_eq!(refused.wait, Duration::from_secs(5 * 86_400));
        assert!(open().reserve(1, at("2026-12-01T00:00:00Z")).unwrap().is_ok());
    }

    #[test]
    fn an_account_that_cannot_be_believed_stops_everything() {
        let folder = tempfile::tempdir().unwrap();
        let budget = Budget { day: 1, month: 1 };
        fs::write(folder.path().join("spending-a_b.json"), r#"{"source":"a-b","days":{}}"#).unwrap();
        assert!(matches!(Purse::open(folder.path(), "a b", budget), Err(PurseError::Damaged(_))), "another source's");
        assert!(Purse::open(folder.path(), "a-b", budget).is_ok());
        fs::write(folder.path().join("spending-c.json"), "{").unwrap();
        assert!(matches!(Purse::open(folder.path(), "c", budget), Err(PurseError::Damaged(_))));
    }
}
