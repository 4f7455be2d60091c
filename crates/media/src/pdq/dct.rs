//! The 16 × 16 lowest frequencies of a 64 × 64 picture without the constant one: `dct64To16` of the reference.

use std::{array::from_fn, f64::consts::PI, sync::OnceLock};

use super::filter::{SIDE, Small};

/// Frequencies along each side.
pub(super) const FREQUENCIES: usize = 16;

/// Coefficients: a row for each frequency along the columns.
pub(super) type Coefficients = [[f32; FREQUENCIES]; FREQUENCIES];

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "small numbers; the reference rounds to single precision here")]
fn matrix() -> &'static [[f32; SIDE]; FREQUENCIES] {
    static MATRIX: OnceLock<[[f32; SIDE]; FREQUENCIES]> = OnceLock::new();
    MATRIX.get_or_init(|| {
        let scale = f64::from((2.0f64 / SIDE as f64).sqrt() as f32);
        from_fn(|i| from_fn(|j| (scale * ((PI / 2.0 / SIDE as f64) * (i + 1) as f64 * (2 * j + 1) as f64).cos()) as f32))
    })
}

/// The transform; sums run in the order of the reference.
pub(super) fn transform(small: &Small) -> Coefficients {
    let matrix = matrix();
    let halfway: [[f32; SIDE]; FREQUENCIES] = from_fn(|i| {
        let mut sums = [0.0f32; SIDE];
        for (factor, row) in matrix.get(i).into_iter().flatten().zip(small) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += factor * value);
        }
        sums
    });
    halfway.map(|row| from_fn(|j| matrix.get(j).map_or(0.0, |factors| row.iter().zip(factors).fold(0.0, |sum, (value, factor)| sum + value * factor))))
}

/// The coefficients of the picture turned or mirrored: turning a picture only changes signs and order of its frequencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// As it is.
    None,
    /// By 90°.
    Rotate90,
    /// By 180°.
    Rotate180,
    /// By 270°.
    Rotate270,
    /// Mirrored upside down.
    FlipX,
    /// Mirrored left to right.
    FlipY,
    /// Mirrored along the main diagonal.
    FlipPlus1,
    /// Mirrored along the other diagonal.
    FlipMinus1,
}

impl Turn {
    /// All eight, in the order of the reference.
    pub const ALL: [Self; 8] = [Self::None, Self::Rotate90, Self::Rotate180, Self::Rotate270, Self::FlipX, Self::FlipY, Self::FlipPlus1, Self::FlipMinus1];

    pub(super) fn apply(self, of: &Coefficients) -> Coefficients {
        let at = |i: usize, j: usize| of.get(i).and_then(|row| row.get(j)).copied().unwrap_or_default();
        let signed = |keep: bool, value: f32| if keep { value } else { -value };
        let odd = |n: usize| n % 2 == 1;
        from_fn(|i| {
            from_fn(|j| match self {
                Self::None => at(i, j),
                Self::Rotate90 => signed(odd(i), at(j, i)),
                Self::Rotate180 => signed(!odd(i + j), at(i, j)),
                Self::Rotate270 => signed(odd(j), at(j, i)),
                Self::FlipX => signed(odd(i), at(i, j)),
                Self::FlipY => signed(odd(j), at(i, j)),
                Self::FlipPlus1 => at(j, i),
                Self::FlipMinus1 => signed(!odd(i + j), at(j, i)),
            })
        })
    }
}
