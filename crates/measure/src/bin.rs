//! Score bins.

use vigie_model::Band;

/// A band and an eighth of the score within it: `band * 8 + floor(score * 8)`, the latter capped at 7.
///
/// The band is part of the bin because the thresholds between bands belong to the detector's version and move;
/// a count by bin stays valid when they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScoreBin(u8);

impl ScoreBin {
    /// Bins of one band.
    const STEPS: u8 = 8;
    /// How many bins there are.
    pub const COUNT: u8 = 3 * Self::STEPS;

    /// The bin of a score between 0 and 1; values outside count as the nearest bound, and NaN as 0.
    #[must_use]
    pub fn new(band: Band, score: f32) -> Self {
        let step: u8 = (1..Self::STEPS).map(|bound| u8::from(score * f32::from(Self::STEPS) >= f32::from(bound))).sum();
        let band = match band {
            Band::Clear => 0,
            Band::Review => 1,
            Band::Advert => 2,
        };
        Self(band * Self::STEPS + step)
    }

    /// The bin with this number, if there is one.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        (number < Self::COUNT).then_some(Self(number))
    }

    /// The bin's number, below [`ScoreBin::COUNT`].
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// The band that the scores of this bin stood in.
    #[must_use]
    pub fn band(self) -> Band {
        match self.0 / Self::STEPS {
            0 => Band::Clear,
            1 => Band::Review,
            _ => Band::Advert,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_eighths_of_a_band() {
        for (band, score, number) in [
            (Band::Clear, 0.0, 0),
            (Band::Clear, 0.124, 0),
            (Band::Clear, 0.125, 1),
            (Band::Review, 0.5, 12),
            (Band::Advert, 0.999, 23),
            (Band::Advert, 1.0, 23),
            (Band::Advert, 7.0, 23),
            (Band::Review, -1.0, 8),
            (Band::Review, f32::NAN, 8),
        ] {
            let bin = ScoreBin::new(band, score);
            assert_eq!((bin.number(), bin.band()), (number, band), "{band:?} {score}");
            assert_eq!(ScoreBin::from_number(number), Some(bin));
        }
        assert_eq!(ScoreBin::from_number(ScoreBin::COUNT), None);
    }
}
