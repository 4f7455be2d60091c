//! QR codes: their contents and places. Nothing is followed.

use image::imageops;
use vigie_model::{PictureBox, PictureCode};

use crate::Picture;

/// Longer side, in pixels, of the picture in which codes are looked for.
const SIDE: u32 = 1_600;

/// Codes of a picture that are kept.
const MOST: usize = 16;

/// The QR codes of a picture, also light on dark.
#[must_use]
pub fn codes(picture: &Picture) -> Vec<PictureCode> {
    let grey = imageops::grayscale(&picture.on_white());
    let longer = grey.width().max(grey.height());
    let grey = if longer > SIDE { shrink(&grey, longer) } else { grey };
    let mut found = read(&grey, f64::from(longer) / f64::from(longer.min(SIDE)));
    if found.is_empty() {
        let mut inverted = grey;
        imageops::invert(&mut inverted);
        found = read(&inverted, f64::from(longer) / f64::from(longer.min(SIDE)));
    }
    found
}

fn shrink(grey: &image::GrayImage, longer: u32) -> image::GrayImage {
    let to = |side: u32| u32::try_from(u64::from(side) * u64::from(SIDE) / u64::from(longer)).unwrap_or(SIDE).max(1);
    imageops::resize(grey, to(grey.width()), to(grey.height()), imageops::FilterType::Triangle)
}

fn read(grey: &image::GrayImage, scale: f64) -> Vec<PictureCode> {
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let pixels = grey.as_raw();
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels.get(y * width + x).copied().unwrap_or(255));
    let grids = prepared.detect_grids();
    let decoded = grids.iter().take(MOST).filter_map(|grid| {
        let (_, text) = grid.decode().ok()?;
        (!text.trim().is_empty()).then(|| PictureCode { text, place: place(&grid.bounds, scale) })
    });
    decoded.collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "corners are inside the picture")]
fn place(corners: &[rqrr::Point; 4], scale: f64) -> PictureBox {
    let point = |p: &rqrr::Point| PictureBox { x: (f64::from(p.x.max(0)) * scale) as u32, y: (f64::from(p.y.max(0)) * scale) as u32, width: 0, height: 0 };
    corners.iter().map(point).reduce(PictureBox::around).unwrap_or(PictureBox { x: 0, y: 0, width: 0, height: 0 })
}
