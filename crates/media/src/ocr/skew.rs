//! By how much the lines of a picture are tilted.
//!
//! Dark points are projected along many directions; along the lines the profile has the sharpest edges (W. Postl, "Detection of linear
//! oblique structures and skew scan in digitized documents", ICPR 1986).

use image::GrayImage;

/// Lines are looked for up to this tilt, in degrees.
const STEEPEST: f32 = 16.0;

/// Points that are projected.
const MOST_POINTS: usize = 30_000;

/// A tilt must make the profile so much sharper than none.
const CLEARLY: f32 = 1.12;

/// The angle of the lines in degrees, positive where they fall to the right; 0 where none is clear. The picture is dark on light.
pub(super) fn angle(image: &GrayImage) -> f32 {
    let points = ink(image);
    let sharpness = |angle: f32| profile_sharpness(&points, angle, image.height() + image.width());
    let best = |from: f32, to: f32, step: f32| {
        let mut angle = from;
        let mut best = (f32::MIN, 0.0);
        while angle <= to {
            let sharp = sharpness(angle);
            if sharp > best.0 {
                best = (sharp, angle);
            }
            angle += step;
        }
        best
    };
    let (_, coarse) = best(-STEEPEST, STEEPEST, 1.0);
    let (sharp, fine) = best(coarse - 1.0, coarse + 1.0, 0.2);
    if sharp > CLEARLY * sharpness(0.0) { fine } else { 0.0 }
}

/// Dark points, thinned to a bounded number.
fn ink(image: &GrayImage) -> Vec<(f32, f32)> {
    let dark = || image.enumerate_pixels().filter(|(_, _, pixel)| pixel.0 < [110]);
    let every = dark().count().div_ceil(MOST_POINTS).max(1);
    #[expect(clippy::cast_precision_loss, reason = "coordinates below 2^24")]
    dark().step_by(every).map(|(x, y, _)| (x as f32, y as f32)).collect()
}

fn profile_sharpness(points: &[(f32, f32)], angle: f32, bins: u32) -> f32 {
    let (sin, cos) = angle.to_radians().sin_cos();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^24")]
    let middle = bins as f32 / 2.0;
    let mut profile = vec![0.0f32; bins as usize];
    for (x, y) in points {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and bounded by the profile")]
        if let Some(bin) = profile.get_mut((y * cos - x * sin + middle / 2.0).max(0.0) as usize) {
            *bin += 1.0;
        }
    }
    profile.windows(2).filter_map(|pair| Some((pair.first()? - pair.get(1)?).powi(2))).sum()
}
