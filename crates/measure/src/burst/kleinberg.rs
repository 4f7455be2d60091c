//! Kleinberg's bursts: Data Min. Knowl. Discov. 2003;7:373, as the R package `bursts` has it.

use crate::estimate::real;

/// Why there are no levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KleinbergError {
    /// The base of the rates must exceed 1 and the cost of a rise 0.
    #[error("kleinberg's s must exceed 1 and its γ 0")]
    Parameters,
    /// Two events at the same time have an infinite rate: move ties apart by less than a unit first.
    #[error("events {0} and {next} have the same time: move ties apart by less than a unit", next = .0 + 1)]
    Tie(usize),
}

/// Levels beyond this one are not told apart.
const MOST_LEVELS: usize = 64;

/// The level of each gap between consecutive events: 0 for the usual rate, i for a rate `s^i` times as high. `times` ascend
/// strictly. `gamma` is the cost of a rise. O(n · levels²) time and O(n · levels) bytes, with at most 64 levels.
///
/// # Errors
/// [`KleinbergError`] names the parameter or the tie.
pub fn kleinberg(times: &[f64], s: f64, gamma: f64) -> Result<Vec<u8>, KleinbergError> {
    if s.partial_cmp(&1.0) != Some(std::cmp::Ordering::Greater) || gamma.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
        return Err(KleinbergError::Parameters);
    }
    let gaps: Vec<f64> = times.windows(2).map(|pair| if let [a, b] = pair { b - a } else { 0.0 }).collect();
    if let Some(tie) = gaps.iter().position(|gap| gap.is_nan() || *gap <= 0.0) {
        return Err(KleinbergError::Tie(tie));
    }
    if gaps.is_empty() {
        return Ok(Vec::new());
    }
    let mut trellis = Trellis::new(&gaps, s, gamma);
    gaps.iter().for_each(|&gap| trellis.step(gap));
    Ok(trellis.best_path())
}

/// The Viterbi algorithm over the levels.
struct Trellis {
    /// Rate of each level.
    rates: Vec<f64>,
    /// Cost of rising one level.
    rise: f64,
    /// Cheapest way to each level so far.
    costs: Vec<f64>,
    /// For each gap and level, the level before.
    came_from: Vec<Vec<u8>>,
}

impl Trellis {
    fn new(gaps: &[f64], s: f64, gamma: f64) -> Self {
        let (n, total) = (real(gaps.len() as u64), gaps.iter().sum::<f64>());
        let least = gaps.iter().copied().fold(f64::INFINITY, f64::min);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let levels = (1.0 + total.log(s) + (1.0 / least).log(s)).ceil().clamp(1.0, real(MOST_LEVELS as u64)) as usize;
        let rates = (0..levels).map(|level| s.powf(real(level as u64)) * n / total).collect();
        let costs = (0..levels).map(|level| if level == 0 { 0.0 } else { f64::INFINITY }).collect();
        Self { rates, rise: gamma * n.ln(), costs, came_from: Vec::with_capacity(gaps.len()) }
    }

    fn step(&mut self, gap: f64) {
        let (came_from, costs) = self
            .rates
            .iter()
            .zip(0u8..)
            .map(|(rate, to)| {
                let (from, cost) = self.cheapest(to);
                (from, cost - rate.ln() + rate * gap)
            })
            .unzip();
        self.came_from.push(came_from);
        self.costs = costs;
    }

    /// The level from which this one is reached most cheaply; the lowest of equals.
    fn cheapest(&self, to: u8) -> (u8, f64) {
        let mut best = (0, f64::INFINITY);
        for (from, &cost) in (0u8..).zip(&self.costs) {
            let cost = cost + self.rise * f64::from(to.saturating_sub(from));
            if cost < best.1 {
                best = (from, cost);
            }
        }
        best
    }

    fn best_path(&self) -> Vec<u8> {
        let mut best = (0u8, f64::INFINITY);
        for (level, &cost) in (0u8..).zip(&self.costs) {
            if cost < best.1 {
                best = (level, cost);
            }
        }
        let mut level = best.0;
        let mut path: Vec<u8> = self
            .came_from
            .iter()
            .rev()
            .map(|came_from| {
                let here = level;
                level = came_from.get(usize::from(here)).copied().unwrap_or(0);
                here
            })
            .collect();
        path.reverse();
        path
    }
}

/// Moves events of the same whole second apart, evenly and by less than a second, so that [`kleinberg`] takes them. `seconds` ascend.
#[must_use]
pub fn spread_ties(seconds: &[i64]) -> Vec<f64> {
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
    let spread = |tie: &[i64]| -> Vec<f64> {
        let size = tie.len() as f64;
        tie.iter().enumerate().map(|(at, second)| *second as f64 + at as f64 / size).collect()
    };
    seconds.chunk_by(|a, b| a == b).flat_map(spread).collect()
}

/// Consecutive equal levels as (level, how many).
#[must_use]
pub fn levels_to_runs(levels: &[u8]) -> Vec<(u8, usize)> {
    levels.chunk_by(|a, b| a == b).filter_map(|run| Some((*run.first()?, run.len()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The series of the test of the R package `bursts` (through node-kleinberg-burst).
    fn offsets() -> Vec<f64> {
        let stepped = |from: u32, to: u32, step: usize| (from..=to).step_by(step);
        [0, 100, 200, 300, 400]
            .into_iter()
            .chain(stepped(410, 450, 5))
            .chain(stepped(451, 469, 2))
            .chain(stepped(480, 600, 5))
            .chain([700])
            .chain(stepped(710, 800, 5))
            .chain([900, 1000])
            .map(f64::from)
            .collect()
    }

    /// domain.md 3.4: levels of the gaps, that is with the first 0 once less than those of the events.
    #[test]
    fn published_levels() {
        assert_eq!(offsets().len(), 71);
        let runs = |s, gamma| levels_to_runs(&kleinberg(&offsets(), s, gamma).unwrap());
        assert_eq!(runs(2.0, 1.0), [(0, 5), (1, 8), (2, 10), (1, 25), (0, 2), (1, 18), (0, 2)]);
        assert_eq!(runs(3.0, 1.0), [(0, 5), (1, 43), (0, 2), (1, 18), (0, 2)]);
        assert_eq!(runs(2.0, 3.0), [(0, 5), (1, 43), (0, 22)]);
    }

    #[test]
    fn ties_are_spread_within_their_second() {
        assert_eq!(spread_ties(&[1, 3, 3, 4]), [1.0, 3.0, 3.5, 4.0]);
        assert!(kleinberg(&spread_ties(&[7, 7, 7, 9]), 2.0, 1.0).is_ok());
    }

    #[test]
    fn refuses_ties_and_silly_parameters() {
        assert_eq!(kleinberg(&[0.0, 1.0, 1.0], 2.0, 1.0), Err(KleinbergError::Tie(1)));
        assert_eq!(kleinberg(&[0.0, 1.0], 1.0, 1.0), Err(KleinbergError::Parameters));
        assert_eq!(kleinberg(&[0.0], 2.0, 1.0), Ok(Vec::new()));
    }
}
