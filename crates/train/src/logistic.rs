//! Logistic regression by AdaGrad (Duchi, Hazan, Singer 2011): over hashed features, and over a few dense inputs.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How a regression is trained.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) epochs: u32,
    pub(crate) rate: f32,
    /// Strength of the pull to zero, once an epoch for weights that were touched.
    pub(crate) shrink: f32,
    pub(crate) seed: u64,
}

/// Hashed features in groups; each group's sum is divided by the root of its number of features.
pub(crate) struct Sparse<'a, const GROUPS: usize> {
    pub(crate) features: [&'a [u32]; GROUPS],
    pub(crate) positive: bool,
    pub(crate) weight: f32,
}

/// Weights of hashed features.
#[derive(Debug, Clone)]
pub(crate) struct Hashed<const GROUPS: usize> {
    pub(crate) weights: [Vec<f32>; GROUPS],
    squares: [Vec<f32>; GROUPS],
    pub(crate) bias: f32,
    bias_square: f32,
}

fn probability(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[expect(clippy::cast_precision_loss, reason = "numbers of features are small")]
fn scale(features: &[u32]) -> f32 {
    1.0 / (features.len().max(1) as f32).sqrt()
}

impl<const GROUPS: usize> Hashed<GROUPS> {
    pub(crate) fn train(buckets: usize, examples: &[Sparse<'_, GROUPS>], settings: Settings) -> Self {
        let mut out =
            Self { weights: std::array::from_fn(|_| vec![0.0; buckets]), squares: std::array::from_fn(|_| vec![1e-4; buckets]), bias: 0.0, bias_square: 1e-4 };
        let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
        let mut order: Vec<usize> = (0..examples.len()).collect();
        for _ in 0..settings.epochs {
            shuffle(&mut order, &mut rng);
            for example in order.iter().filter_map(|&n| examples.get(n)) {
                out.step(example, settings);
            }
        }
        out
    }

    pub(crate) fn log_odds(&self, features: [&[u32]; GROUPS]) -> f32 {
        let sums = self.weights.iter().zip(features).map(|(weights, features)| {
            let sum: f32 = features.iter().filter_map(|&bucket| weights.get(bucket as usize)).sum();
            sum * scale(features)
        });
        self.bias + sums.sum::<f32>()
    }

    fn step(&mut self, example: &Sparse<'_, GROUPS>, settings: Settings) {
        let error = example.weight * (probability(self.log_odds(example.features)) - f32::from(u8::from(example.positive)));
        adagrad(&mut self.bias, &mut self.bias_square, error, settings.rate);
        for ((weights, squares), features) in self.weights.iter_mut().zip(&mut self.squares).zip(example.features) {
            let scale = scale(features);
            for &bucket in features {
                if let (Some(weight), Some(square)) = (weights.get_mut(bucket as usize), squares.get_mut(bucket as usize)) {
                    let gradient = error * scale + settings.shrink * *weight * scale;
                    adagrad(weight, square, gradient, settings.rate);
                }
            }
        }
    }
}

fn adagrad(weight: &mut f32, square: &mut f32, gradient: f32, rate: f32) {
    *square += gradient * gradient;
    *weight -= rate * gradient / square.sqrt();
}

fn shuffle(order: &mut [usize], rng: &mut ChaCha8Rng) {
    for last in (1..order.len()).rev() {
        order.swap(last, rng.random_range(0..=last));
    }
}

/// One row of the fusion.
pub(crate) struct Row<const N: usize> {
    pub(crate) inputs: [f32; N],
    /// Which of the biases it has.
    pub(crate) slot: usize,
    pub(crate) positive: bool,
    pub(crate) weight: f32,
}

/// Weights of a fusion with a bias for each slot.
#[derive(Debug, Clone)]
pub(crate) struct Dense<const N: usize, const SLOTS: usize> {
    pub(crate) weights: [f32; N],
    pub(crate) biases: [f32; SLOTS],
}

impl<const N: usize, const SLOTS: usize> Dense<N, SLOTS> {
    /// Full-batch gradient descent with a pull towards `start`, whose weights are what is known beforehand.
    pub(crate) fn train(start: &Self, rows: &[Row<N>], steps: u32, rate: f32, pull: f32) -> Self {
        let mut out = start.clone();
        let (mut squares, mut bias_squares) = ([1e-6; N], [1e-6; SLOTS]);
        let total: f32 = rows.iter().map(|row| row.weight).sum();
        for _ in 0..steps {
            let (mut gradient, mut bias_gradient) = ([0.0; N], [0.0; SLOTS]);
            for row in rows {
                let error = row.weight / total * (probability(out.log_odds(&row.inputs, row.slot)) - f32::from(u8::from(row.positive)));
                gradient.iter_mut().zip(&row.inputs).for_each(|(sum, input)| *sum += error * input);
                if let Some(sum) = bias_gradient.get_mut(row.slot) {
                    *sum += error;
                }
            }
            for n in 0..N {
                if let (Some(weight), Some(square), Some(gradient), Some(first)) =
                    (out.weights.get_mut(n), squares.get_mut(n), gradient.get(n), start.weights.get(n))
                {
                    adagrad(weight, square, gradient + pull * (*weight - first), rate);
                }
            }
            for ((bias, square), (gradient, first)) in out.biases.iter_mut().zip(&mut bias_squares).zip(bias_gradient.iter().zip(&start.biases)) {
                adagrad(bias, square, gradient + pull * (*bias - first), rate);
            }
        }
        out
    }

    pub(crate) fn log_odds(&self, inputs: &[f32; N], slot: usize) -> f32 {
        self.biases.get(slot).copied().unwrap_or(0.0) + self.weights.iter().zip(inputs).map(|(weight, input)| weight * input).sum::<f32>()
    }
}
