//! Correcting a detector's rate by its sensitivity and specificity (rung E1).
//!
//! Valid only where sensitivity and specificity are the same in the window as in the labelled set: false when slang moves.

use serde::Serialize;

use super::interval::{Interval, z};

/// A share with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SharePoint {
    /// The estimate.
    pub share: f64,
    /// Its interval.
    pub interval: Interval,
}

/// How well a detector did on a labelled set.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Validation {
    /// Part of the adverts that it found.
    pub sensitivity: f64,
    /// Adverts that this was measured on.
    pub adverts: f64,
    /// Part of the others that it left alone.
    pub specificity: f64,
    /// Others that this was measured on.
    pub others: f64,
}

/// The share behind a detector's rate `q`: `(q + Sp - 1)/(Se + Sp - 1)`, clipped to 0 … 1 (Rogan and Gladen,
/// Am. J. Epidemiol. 1978;107:71). None where the detector is no better than chance.
#[must_use]
pub fn rogan_gladen(q: f64, sensitivity: f64, specificity: f64) -> Option<f64> {
    let youden = sensitivity + specificity - 1.0;
    (youden > 0.0).then(|| ((q + specificity - 1.0) / youden).clamp(0.0, 1.0))
}

/// The interval of the share from one of the detector's rate, sensitivity and specificity being known exactly
/// (Reiczigel et al., Epidemiol. Infect. 2010;138:1674).
#[must_use]
pub fn through_known_test(rate: Interval, sensitivity: f64, specificity: f64) -> Option<Interval> {
    Some(Interval::new(rogan_gladen(rate.low, sensitivity, specificity)?, rogan_gladen(rate.high, sensitivity, specificity)?))
}

/// Share and interval where sensitivity and specificity are estimated too (Lang and Reiczigel, Prev. Vet. Med. 2014;113:13; as
/// `asht::prevSeSp` in R has it). `q` is the detector's rate among `n` posts. None where the detector is no better than chance.
#[must_use]
pub fn lang_reiczigel(q: f64, n: f64, test: &Validation, alpha: f64) -> Option<SharePoint> {
    let share = rogan_gladen(q, test.sensitivity, test.specificity)?;
    let z = z(alpha);
    let z2 = z * z;
    let (n1, q1) = (n + z2, (n * q + z2 / 2.0) / (n + z2));
    let (n_se, se) = (test.adverts + 2.0, (test.adverts * test.sensitivity + 1.0) / (test.adverts + 2.0));
    let (n_sp, sp) = (test.others + 2.0, (test.others * test.specificity + 1.0) / (test.others + 2.0));
    let youden = se + sp - 1.0;
    if youden <= 0.0 {
        return None;
    }
    let p = (q1 + sp - 1.0) / youden;
    let (var_se, var_sp) = (se * (1.0 - se) / n_se, sp * (1.0 - sp) / n_sp);
    let shift = 2.0 * z2 * (p * var_se - (1.0 - p) * var_sp);
    let variance = (q1 * (1.0 - q1) / n1 + p * p * var_se + (1.0 - p).powi(2) * var_sp) / (youden * youden);
    let half = z * variance.sqrt();
    Some(SharePoint { share, interval: Interval::new(p + shift - half, p + shift + half).clipped() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::interval::{blaker, clopper_pearson, normal, sterne, wilson};

    fn near(found: Interval, low: f64, high: f64, tolerance: f64) {
        assert!((found.low - low).abs() <= tolerance && (found.high - high).abs() <= tolerance, "{found:?} is not ({low}, {high})");
    }

    fn test(sensitivity: f64, adverts: f64, specificity: f64, others: f64) -> Validation {
        Validation { sensitivity, adverts, specificity, others }
    }

    /// The paper's examples, with the six decimals of domain.md 3.4.
    #[test]
    fn lang_reiczigel_reference_values() {
        for (q, n, validation, low, high) in [
            (4060.0 / 11284.0, 11284.0, test(178.0 / 179.0, 179.0, 358.0 / 359.0, 359.0), 0.348674, 0.372083),
            (51.0 / 2971.0, 2971.0, test(32.0 / 33.0, 33.0, 1.0, 20.0), 0.0, 0.053345),
            (0.06, 11862.0, test(0.80, 10.0, 1.0, 12.0), 0.0, 0.146668),
            (259.0 / 509.0, 509.0, test(84.0 / 127.0, 127.0, 96.0 / 109.0, 109.0), 0.584868, 0.866458),
            (51.0 / 509.0, 509.0, test(23.0 / 41.0, 41.0, 187.0 / 195.0, 195.0), 0.036610, 0.194694),
            (0.10, 5000.0, test(0.80, 200.0, 0.98, 800.0), 0.085056, 0.119778),
            (0.80, 1000.0, test(0.90, 150.0, 0.97, 150.0), 0.834064, 0.950636),
        ] {
            near(lang_reiczigel(q, n, &validation, 0.05).unwrap().interval, low, high, 1e-6);
        }
        let point = |q, n, v: &Validation| lang_reiczigel(q, n, v, 0.05).unwrap().share;
        assert!((point(0.10, 5000.0, &test(0.80, 200.0, 0.98, 800.0)) - 0.102564).abs() < 1e-6);
        assert!((point(0.80, 1000.0, &test(0.90, 150.0, 0.97, 150.0)) - 0.885057).abs() < 1e-6);
        assert!((point(4060.0 / 11284.0, 11284.0, &test(178.0 / 179.0, 179.0, 358.0 / 359.0, 359.0)) - 0.360030).abs() < 1e-6);
    }

    /// `RSurveillance::tp(20, 120, 0.9, 0.99)`. Its Blaker and Sterne bounds come from a grid, hence the wider tolerance.
    #[test]
    fn known_test_reference_values() {
        let (x, n, se, sp) = (20.0, 120.0, 0.9, 0.99);
        assert!((rogan_gladen(x / n, se, sp).unwrap() - 0.17603).abs() < 1e-5);
        let through = |rate| through_known_test(rate, se, sp).unwrap();
        near(through(normal(x, n, 0.05)), 0.101_109_4, 0.250_950_6, 1e-6);
        near(through(clopper_pearson(x, n, 0.05)), 0.106_605_1, 0.264_719_1, 1e-6);
        near(through(wilson(x, n, 0.05)), 0.112_988_7, 0.262_306_5, 1e-6);
        near(through(blaker(20, 120, 0.05)), 0.106_942_1, 0.262_921_4, 2e-4);
        near(through(sterne(20, 120, 0.05)), 0.108_881_1, 0.264_133_3, 2e-4);
    }

    /// domain.md 3.4: the positive predictive value at sensitivity 0.9 and specificity 0.98.
    #[test]
    fn inverts_the_detectors_rate() {
        for (share, ppv) in [(0.001, 0.0431), (0.01, 0.3125), (0.1, 0.8333), (0.8, 0.9945)] {
            let rate: f64 = share * 0.9 + (1.0 - share) * 0.02;
            assert!((share * 0.9 / rate - ppv).abs() < 5e-5);
            assert!((rogan_gladen(rate, 0.9, 0.98).unwrap() - share).abs() < 1e-12);
        }
        assert_eq!(rogan_gladen(0.5, 0.4, 0.6), None, "no better than chance");
    }
}
