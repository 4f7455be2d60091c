//! A page with a ground, letters and QR codes.

use ab_glyph::{Font, FontRef, ScaleFont, point};
use image::{Rgb, RgbImage};
use qrcode::{Color, QrCode};

/// Red, green, blue.
pub(super) type Ink = [u8; 3];

pub(super) struct Canvas(pub(super) RgbImage);

/// How wide a line is, in pixels.
pub(super) fn width(font: &FontRef<'_>, text: &str, size: f32) -> f32 {
    let scaled = font.as_scaled(size);
    text.chars().map(|c| scaled.h_advance(font.glyph_id(c))).sum()
}

/// Between two tones.
fn mix(from: u8, to: u8, part: f32) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two tones")]
    let tone = (f32::from(from) * (1.0 - part) + f32::from(to) * part).round() as u8;
    tone
}

fn blend(from: Ink, to: Ink, part: f32) -> Ink {
    let ([a, b, c], [x, y, z]) = (from, to);
    [mix(a, x, part), mix(b, y, part), mix(c, z, part)]
}

impl Canvas {
    /// A ground that changes from one colour above to another below.
    pub(super) fn ground(width: u32, height: u32, top: Ink, bottom: Ink) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a page is small")]
        let part = |y: u32| y as f32 / height as f32;
        Self(RgbImage::from_fn(width, height, |_, y| Rgb(blend(top, bottom, part(y)))))
    }

    /// Writes a line whose upper left corner is given.
    pub(super) fn write(&mut self, font: &FontRef<'_>, text: &str, size: f32, (left, top): (f32, f32), ink: Ink) {
        let scaled = font.as_scaled(size);
        let mut x = left;
        for c in text.chars() {
            let glyph = font.glyph_id(c).with_scale_and_position(size, point(x, top + scaled.ascent()));
            x += scaled.h_advance(glyph.id);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let origin = outline.px_bounds().min;
            outline.draw(|dx, dy, cover| self.dot(origin.x, origin.y, (dx, dy), ink, cover));
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "outside the page nothing is drawn")]
    fn dot(&mut self, x: f32, y: f32, (dx, dy): (u32, u32), ink: Ink, cover: f32) {
        let (x, y) = (x + dx as f32, y + dy as f32);
        if x >= 0.0
            && y >= 0.0
            && let Some(pixel) = self.0.get_pixel_mut_checked(x as u32, y as u32)
        {
            pixel.0 = blend(pixel.0, ink, cover.clamp(0.0, 1.0));
        }
    }

    /// A QR code in a square on white, with its quiet zone.
    pub(super) fn code(&mut self, text: &str, (left, top): (u32, u32), side: u32) {
        let Ok(code) = QrCode::new(text) else { return };
        let (modules, colours) = (u32::try_from(code.width()).unwrap_or(21), code.to_colors());
        let module = side / (modules + 8);
        for y in 0..module * (modules + 8) {
            for x in 0..module * (modules + 8) {
                let at = |v: u32| (v / module).checked_sub(4).filter(|v| *v < modules);
                let dark = at(x).zip(at(y)).is_some_and(|(x, y)| colours.get((y * modules + x) as usize) == Some(&Color::Dark));
                if let Some(pixel) = self.0.get_pixel_mut_checked(left + x, top + y) {
                    pixel.0 = if dark { [0; 3] } else { [255; 3] };
                }
            }
        }
    }
}
