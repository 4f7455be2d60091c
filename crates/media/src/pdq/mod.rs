//! PDQ: Meta's perceptual hash of a picture, 256 bits and a quality.
//!
//! Specification: "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm" (Facebook, 2019) and the C++ reference in
//! <https://github.com/facebook/ThreatExchange/tree/main/pdq>. The bits are those of the reference: single precision, the same sums in the
//! same order. Two pictures are taken for the same if their hashes differ in at most [`MATCH_DISTANCE`] bits; hashes of a quality below
//! [`LEAST_QUALITY`] say too little to be compared.

mod dct;
mod filter;
mod hash;
mod luma;

use crate::Picture;
use dct::Coefficients;
pub use dct::Turn;
use filter::Small;
pub use hash::{HashSyntaxError, PdqHash};

/// Hashes that differ in at most so many of 256 bits are a match: the published recommendation.
pub const MATCH_DISTANCE: u32 = 31;

/// Hashes of lower quality are of pictures with hardly any structure, and match at random: the published recommendation.
pub const LEAST_QUALITY: u8 = 50;

/// Pictures that are smaller than this in one direction have no hash, as in the reference.
const LEAST_SIDE: usize = 5;

/// What PDQ says of a picture.
#[derive(Debug, Clone)]
pub struct Pdq {
    /// The hash of the picture as it is.
    pub hash: PdqHash,
    /// 0 (flat) to 100.
    pub quality: u8,
    coefficients: Box<Coefficients>,
}

impl Pdq {
    /// Hashes a picture; `None` where it has fewer than 5 pixels in one direction.
    #[must_use]
    pub fn of(picture: &Picture) -> Option<Self> {
        let width = picture.width() as usize;
        match picture.grey() {
            Some(pixels) => Self::of_rows(&mut luma::grey(pixels, width)),
            None => Self::of_rows(&mut luma::rgb(&picture.rgb(), width)),
        }
    }

    /// Hashes packed pixels of red, green and blue; `None` where the picture is too small or the length is not a multiple of the width.
    #[must_use]
    pub fn of_rgb(pixels: &[u8], width: usize) -> Option<Self> {
        (width > 0 && pixels.len().is_multiple_of(width * 3)).then(|| Self::of_rows(&mut luma::rgb(pixels, width)))?
    }

    fn of_rows(rows: &mut impl luma::Rows) -> Option<Self> {
        if rows.width() < LEAST_SIDE || rows.height() < LEAST_SIDE {
            return None;
        }
        let small = filter::shrink(rows);
        let coefficients = Box::new(dct::transform(&small));
        Some(Self { hash: bits(&coefficients), quality: quality(&small), coefficients })
    }

    /// The hash that the picture would have if it were turned or mirrored.
    #[must_use]
    pub fn turned(&self, turn: Turn) -> PdqHash {
        bits(&turn.apply(&self.coefficients))
    }

    /// Hashes of the picture as it is, turned and mirrored, in the order of [`Turn::ALL`].
    #[must_use]
    pub fn dihedral(&self) -> [PdqHash; 8] {
        Turn::ALL.map(|turn| self.turned(turn))
    }

    /// Whether the picture has structure enough for its hash to be compared.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        self.quality >= LEAST_QUALITY && self.hash.is_balanced()
    }
}

/// One bit for each coefficient: whether it is above the median.
fn bits(coefficients: &Coefficients) -> PdqHash {
    let mut sorted = *coefficients.as_flattened().as_array::<256>().unwrap_or(&[0.0; 256]);
    let (_, &mut median, _) = sorted.select_nth_unstable_by(127, f32::total_cmp);
    PdqHash::from_bits(coefficients.as_flattened().iter().map(|value| *value > median))
}

/// Sum of the gradients of the small picture, in the integer steps of the reference.
fn quality(small: &Small) -> u8 {
    #[expect(clippy::cast_possible_truncation, reason = "between -100 and 100; the reference truncates here")]
    let step = |a: f32, b: f32| (((a - b) * 100.0) / 255.0) as i32;
    let across = small.iter().flat_map(|row| row.windows(2)).filter_map(|pair| Some(step(*pair.first()?, *pair.get(1)?).abs()));
    let down = small.windows(2).filter_map(|pair| Some((pair.first()?, pair.get(1)?)));
    let down = down.flat_map(|(above, below)| above.iter().zip(below).map(|(a, b)| step(*a, *b).abs()));
    let sum: i32 = across.chain(down).sum();
    u8::try_from((sum / 90).min(100)).unwrap_or(100)
}
