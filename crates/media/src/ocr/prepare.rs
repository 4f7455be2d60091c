//! Pictures made easy to read: the most telling colour, even ground, dark on light, letters of a comfortable size, level lines.

use image::{GrayImage, Luma, imageops};

use vigie_model::PictureBox;

use super::{Word, skew, tesseract::Layout};
use crate::Picture;

/// Longer side, in pixels, that small pictures are brought to.
const COMFORTABLE: f32 = 1_800.0;

/// No picture is enlarged by more.
const LARGEST_SCALE: f32 = 3.0;

/// Longer side of what the ground's properties are read from.
const OVERVIEW: u32 = 500;

/// Cells of the ground, in pixels of the prepared picture.
const CELL: u32 = 32;

/// Tilts below are left alone, in degrees.
const LEVEL: f32 = 0.6;

/// One way of preparing a picture.
#[derive(Debug, Clone, Copy)]
pub(super) enum Attempt {
    /// Even ground, level lines, layout of a page.
    Even,
    /// The same, words here and there.
    Sparse,
    /// Scaled and levelled, grey as it is, one block.
    Grey,
}

/// A prepared picture and the way back.
pub(super) struct Prepared {
    pub(super) image: GrayImage,
    scale: f32,
    /// Degrees by which it was turned about its middle.
    angle: f32,
    size: (u32, u32),
    source: (u32, u32),
}

/// Ways to prepare a picture, the cheapest and most promising first.
pub(super) const ATTEMPTS: [Attempt; 3] = [Attempt::Even, Attempt::Grey, Attempt::Sparse];

/// The picture in grey and nothing more.
pub(super) fn bare(picture: &Picture) -> GrayImage {
    imageops::grayscale(&picture.on_white())
}

impl Attempt {
    pub(super) fn layout(self) -> Layout {
        match self {
            Self::Even => Layout::Page,
            Self::Sparse => Layout::Sparse,
            Self::Grey => Layout::Block,
        }
    }

    pub(super) fn make(self, picture: &Picture) -> Prepared {
        let source = (picture.width(), picture.height());
        let grey = match self {
            Self::Grey => bare(picture),
            Self::Even | Self::Sparse => telling_channel(&picture.on_white()),
        };
        let scale = scale(source);
        let scaled = resize(&grey, scale);
        let even = even_ground(&scaled);
        let angle = skew::angle(&shrink(&even, OVERVIEW * 2));
        let chosen = if matches!(self, Self::Grey) { scaled } else { even };
        let size = chosen.dimensions();
        let angle = if angle.abs() < LEVEL { 0.0 } else { angle };
        let image = if angle == 0.0 { chosen } else { turn(&chosen, angle) };
        Prepared { image, scale, angle, size, source }
    }
}

fn scale((width, height): (u32, u32)) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "sides are below 2^24")]
    let longer = width.max(height).max(1) as f32;
    (COMFORTABLE / longer).min(LARGEST_SCALE)
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sides are positive and below 2^24")]
fn scaled(side: u32, scale: f32) -> u32 {
    ((side as f32 * scale).round() as u32).max(1)
}

fn resize(image: &GrayImage, scale: f32) -> GrayImage {
    let (width, height) = (scaled(image.width(), scale), scaled(image.height(), scale));
    let filter = if scale > 1.0 { imageops::FilterType::CatmullRom } else { imageops::FilterType::Triangle };
    imageops::resize(image, width, height, filter)
}

/// No larger than `side`.
fn shrink(image: &GrayImage, side: u32) -> GrayImage {
    let (width, height) = image.dimensions();
    if width.max(height) <= side {
        return image.clone();
    }
    let longer = u64::from(width.max(height));
    let to = |length: u32| u32::try_from(u64::from(length) * u64::from(side) / longer).unwrap_or(side).max(1);
    imageops::resize(image, to(width), to(height), imageops::FilterType::Triangle)
}

/// Brightness, red, green or blue: whichever parts the picture best into two tones.
fn telling_channel(image: &image::RgbImage) -> GrayImage {
    let luma = imageops::grayscale(image);
    let channel = |number: usize| GrayImage::from_fn(image.width(), image.height(), |x, y| Luma([image.get_pixel(x, y).0.get(number).copied().unwrap_or(0)]));
    let parting = |grey: &GrayImage| separation(&histogram(&shrink(grey, OVERVIEW)));
    // Brightness is the least noisy: another colour must be clearly better.
    let mut best = (parting(&luma) * 1.3, luma);
    for grey in (0..3).map(channel) {
        let parts = parting(&grey);
        if parts > best.0 {
            best = (parts, grey);
        }
    }
    best.1
}

fn histogram(image: &GrayImage) -> [u32; 256] {
    let mut counts = [0; 256];
    for Luma([value]) in image.pixels() {
        if let Some(count) = counts.get_mut(usize::from(*value)) {
            *count += 1;
        }
    }
    counts
}

/// The greatest variance between two classes of tones (N. Otsu, 1979).
fn separation(counts: &[u32; 256]) -> f64 {
    let tones = || (0u32..).zip(counts).map(|(tone, count)| (f64::from(tone), f64::from(*count)));
    let (total, sum) = tones().fold((0.0, 0.0), |(total, sum), (tone, count)| (total + count, sum + tone * count));
    let (mut below, mut sum_below, mut best) = (0.0, 0.0, 0.0f64);
    for (tone, count) in tones() {
        below += count;
        sum_below += tone * count;
        let above = total - below;
        if below > 0.0 && above > 0.0 {
            let difference = sum_below / below - (sum - sum_below) / above;
            best = best.max(below * above * difference * difference / (total * total));
        }
    }
    best
}

/// How far each pixel is from the ground around it, dark where it is far: letters come out dark, whether they are darker or lighter than
/// a ground that may change its tone over the picture.
fn even_ground(image: &GrayImage) -> GrayImage {
    let ground = Ground::of(image);
    let mut away =
        GrayImage::from_fn(image.width(), image.height(), |x, y| Luma([image.get_pixel(x, y).0.first().copied().unwrap_or(0).abs_diff(ground.at(x, y))]));
    let strongest = u32::from(percentile(&histogram(&away), 0.985).max(24));
    for Luma([value]) in away.pixels_mut() {
        *value = 255 - u8::try_from((u32::from(*value) * 255 / strongest).min(255)).unwrap_or(255);
    }
    away
}

fn percentile(counts: &[u32; 256], share: f64) -> u8 {
    let total: f64 = counts.iter().map(|count| f64::from(*count)).sum();
    let mut sum = 0.0;
    for (tone, count) in (0u8..=255).zip(counts) {
        sum += f64::from(*count);
        if sum >= share * total {
            return tone;
        }
    }
    255
}

/// The tone of the ground in cells: the median of the medians around, which letters do not move as long as they cover less than half.
struct Ground {
    across: u32,
    down: u32,
    tones: Vec<u8>,
}

impl Ground {
    fn of(image: &GrayImage) -> Self {
        let (across, down) = (image.width().div_ceil(CELL), image.height().div_ceil(CELL));
        let cells = (0..down).flat_map(|y| (0..across).map(move |x| (x, y)));
        let medians: Vec<u8> = cells.clone().map(|(x, y)| cell_median(image, x * CELL, y * CELL)).collect();
        let rough = Self { across, down, tones: medians };
        let tones = cells.map(|(x, y)| rough.median_around(x, y)).collect();
        Self { across, down, tones }
    }

    fn cell(&self, x: u32, y: u32) -> u8 {
        let (x, y) = (x.min(self.across.saturating_sub(1)), y.min(self.down.saturating_sub(1)));
        self.tones.get((y * self.across + x) as usize).copied().unwrap_or(255)
    }

    fn median_around(&self, x: u32, y: u32) -> u8 {
        let mut near: Vec<u8> = (y.saturating_sub(1)..=(y + 1).min(self.down - 1))
            .flat_map(|y| (x.saturating_sub(1)..=(x + 1).min(self.across - 1)).map(move |x| (x, y)))
            .map(|(x, y)| self.cell(x, y))
            .collect();
        let middle = near.len() / 2;
        *near.select_nth_unstable(middle).1
    }

    /// Between the middles of the four cells around.
    fn at(&self, x: u32, y: u32) -> u8 {
        let cell = |v: u32| (v.saturating_sub(CELL / 2) / CELL, (v + CELL / 2) % CELL);
        let ((cx, fx), (cy, fy)) = (cell(x), cell(y));
        let (right, low) = (if x < CELL / 2 { cx } else { cx + 1 }, if y < CELL / 2 { cy } else { cy + 1 });
        let mix = |a: u8, b: u8, part: u32| (u32::from(a) * (CELL - part) + u32::from(b) * part) / CELL;
        let top = mix(self.cell(cx, cy), self.cell(right, cy), fx);
        let bottom = mix(self.cell(cx, low), self.cell(right, low), fx);
        u8::try_from((top * (CELL - fy) + bottom * fy) / CELL).unwrap_or(255)
    }
}

fn cell_median(image: &GrayImage, left: u32, top: u32) -> u8 {
    let mut counts = [0u32; 256];
    for y in top..(top + CELL).min(image.height()) {
        for x in left..(left + CELL).min(image.width()) {
            if let Some(count) = image.get_pixel_checked(x, y).and_then(|Luma([tone])| counts.get_mut(usize::from(*tone))) {
                *count += 1;
            }
        }
    }
    percentile(&counts, 0.5)
}

/// Turned about its middle so that lines that are tilted by `angle` become level; what comes in from outside is white.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to lie inside the picture")]
fn turn(image: &GrayImage, angle: f32) -> GrayImage {
    let (sin, cos) = angle.to_radians().sin_cos();
    let (width, height) = image.dimensions();
    let (cx, cy) = (width as f32 / 2.0, height as f32 / 2.0);
    let tone = |x: u32, y: u32| image.get_pixel_checked(x, y).map_or(255.0, |Luma([tone])| f32::from(*tone));
    GrayImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (x as f32 - cx, y as f32 - cy);
        let (sx, sy) = (cx + dx * cos - dy * sin, cy + dx * sin + dy * cos);
        if sx < 0.0 || sy < 0.0 || sx >= width as f32 || sy >= height as f32 {
            return Luma([255]);
        }
        let (left, top) = (sx as u32, sy as u32);
        let (fx, fy) = (sx.fract(), sy.fract());
        let above = tone(left, top) * (1.0 - fx) + tone(left + 1, top) * fx;
        let below = tone(left, top + 1) * (1.0 - fx) + tone(left + 1, top + 1) * fx;
        Luma([(above * (1.0 - fy) + below * fy) as u8])
    })
}

impl Prepared {
    /// The word with its place in the picture as it came.
    pub(super) fn restore(&self, word: Word) -> Word {
        let PictureBox { x, y, width, height } = word.place;
        let corners = [(x, y), (x + width, y), (x, y + height), (x + width, y + height)].map(|corner| self.back(corner));
        let place = corners.into_iter().map(|(x, y)| PictureBox { x, y, width: 0, height: 0 }).reduce(PictureBox::around).unwrap_or(word.place);
        Word { place, ..word }
    }

    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the picture")]
    fn back(&self, (x, y): (u32, u32)) -> (u32, u32) {
        let (sin, cos) = self.angle.to_radians().sin_cos();
        let (cx, cy) = (self.size.0 as f32 / 2.0, self.size.1 as f32 / 2.0);
        let (dx, dy) = (x as f32 - cx, y as f32 - cy);
        let (x, y) = (cx + dx * cos - dy * sin, cy + dx * sin + dy * cos);
        let inside = |value: f32, side: u32| (value / self.scale).clamp(0.0, side as f32) as u32;
        (inside(x, self.source.0), inside(y, self.source.1))
    }
}
