//! What happens to a picture on its way: taken at a slant, blurred, made small, noisy, compressed.

use image::{Rgb, RgbImage, codecs::jpeg::JpegEncoder, imageops};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::draw::Canvas;

/// How much a flyer has suffered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wear {
    /// As it was made, saved once.
    Clean,
    /// Tilted by up to 8°, blurred, made smaller, noisy, saved at low quality.
    Degraded,
}

impl Wear {
    /// The file that comes out.
    pub(super) fn apply(self, canvas: &Canvas, rng: &mut ChaCha8Rng) -> Vec<u8> {
        match self {
            Self::Clean => save(&canvas.0, 90),
            Self::Degraded => {
                let tilted = tilt(&canvas.0, rng.random_range(-8.0f32..8.0));
                let blurred = imageops::blur(&tilted, rng.random_range(0.4f32..1.1));
                let smaller = shrink(&blurred, rng.random_range(0.5f64..0.8));
                save(&noisy(smaller, rng), rng.random_range(35..65))
            }
        }
    }
}

fn save(image: &RgbImage, quality: u8) -> Vec<u8> {
    let mut file = Vec::new();
    // Writing into memory does not fail.
    drop(JpegEncoder::new_with_quality(&mut file, quality).encode_image(image));
    file
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a page is small")]
fn shrink(image: &RgbImage, scale: f64) -> RgbImage {
    let to = |side: u32| (f64::from(side) * scale) as u32;
    imageops::resize(image, to(image.width()), to(image.height()), imageops::FilterType::Triangle)
}

fn noisy(mut image: RgbImage, rng: &mut ChaCha8Rng) -> RgbImage {
    for Rgb(tones) in image.pixels_mut() {
        let noise: i16 = rng.random_range(-8..=8);
        for tone in tones {
            *tone = u8::try_from((i16::from(*tone) + noise).clamp(0, 255)).unwrap_or(*tone);
        }
    }
    image
}

/// Turned about its middle on a grey table; corners may be cut.
#[expect(clippy::cast_precision_loss, reason = "a page is small")]
fn tilt(image: &RgbImage, degrees: f32) -> RgbImage {
    const TABLE: Rgb<u8> = Rgb([128, 122, 115]);
    let (sin, cos) = degrees.to_radians().sin_cos();
    // The page gets a margin, so that only its corners can be cut.
    let (width, height) = (image.width() + 120, image.height() + 120);
    let (cx, cy) = (width as f32 / 2.0, height as f32 / 2.0);
    RgbImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (x as f32 - cx, y as f32 - cy);
        let (sx, sy) = (cx + dx * cos + dy * sin - 60.0, cy - dx * sin + dy * cos - 60.0);
        if sx < 0.0 || sy < 0.0 || sx >= (image.width() - 1) as f32 || sy >= (image.height() - 1) as f32 {
            return TABLE;
        }
        imageops::interpolate_bilinear(image, sx, sy).unwrap_or(TABLE)
    })
}
