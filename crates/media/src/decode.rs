//! Decoding of foreign pictures within limits.
//!
//! Only JPEG, PNG, WebP and GIF are read; what a file is, its first bytes say, never its name. Width, height and pixels are checked after
//! the header and before memory is taken for pixels. Decoding one picture cannot be interrupted; its time is bounded by the pixels.

use std::{borrow::Cow, io::Cursor};

use image::{
    AnimationDecoder, DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits as DecoderLimits,
    codecs::{gif::GifDecoder, webp::WebPDecoder},
    error::LimitErrorKind,
};
use thiserror::Error;

/// What decoding may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a file.
    pub bytes: usize,
    /// Pixels along one side.
    pub side: u32,
    /// Pixels of a picture.
    pub pixels: u64,
    /// Bytes that a decoder may take.
    pub memory: u64,
    /// Frames of an animation that are looked at in search of its middle and end; each costs the time of a picture.
    pub frames: usize,
    /// Pixels of all frames of an animation together.
    pub animated_pixels: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 32 << 20, side: 16_384, pixels: 40_000_000, memory: 256 << 20, frames: 300, animated_pixels: 120_000_000 }
    }
}

/// Why there is no picture.
#[derive(Debug, Error)]
pub enum DecodeError {
    /// Something else than the four formats.
    #[error("not a picture that is read here ({what}): only JPEG, PNG, WebP and GIF are")]
    Format {
        /// What the first bytes say.
        what: &'static str,
    },
    /// A limit was reached.
    #[error("picture too large: {what}")]
    TooLarge {
        /// Which limit, with its value.
        what: String,
    },
    /// The bytes are not what their header promises.
    #[error("picture damaged: {what}")]
    Damaged {
        /// What the decoder says.
        what: String,
    },
}

/// A decoded picture, upright as its orientation tag says. Nothing else of its metadata (place, time, device) is kept.
#[derive(Debug, Clone)]
pub struct Picture(DynamicImage);

impl Picture {
    /// A picture of packed red, green and blue; `None` if the length does not fit.
    #[must_use]
    pub fn from_rgb(width: u32, height: u32, pixels: Vec<u8>) -> Option<Self> {
        Some(Self(DynamicImage::ImageRgb8(image::RgbImage::from_raw(width, height, pixels)?)))
    }

    /// Pixels across.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.0.width()
    }

    /// Pixels down.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.0.height()
    }

    /// The pixels, if the picture is grey without transparency.
    pub(crate) fn grey(&self) -> Option<&[u8]> {
        self.0.as_luma8().map(|grey| grey.as_raw().as_slice())
    }

    /// Red, green and blue; transparency is dropped, as hashes expect.
    #[must_use]
    pub fn rgb(&self) -> Cow<'_, [u8]> {
        match self.0.as_rgb8() {
            Some(rgb) => Cow::Borrowed(rgb.as_raw()),
            None => Cow::Owned(self.0.to_rgb8().into_raw()),
        }
    }

    /// As a person sees it on white paper: for reading text and codes.
    pub(crate) fn on_white(&self) -> image::RgbImage {
        if !self.0.color().has_alpha() {
            return self.0.to_rgb8();
        }
        let rgba = self.0.to_rgba8();
        image::RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
            let image::Rgba([r, g, b, a]) = *rgba.get_pixel(x, y);
            let over = |c: u8| u8::try_from((u32::from(c) * u32::from(a) + 255 * (255 - u32::from(a))) / 255).unwrap_or(255);
            image::Rgb([over(r), over(g), over(b)])
        })
    }
}

/// Decodes one picture; of an animation the first frame.
///
/// # Errors
/// [`DecodeError`] for other formats, anything over a limit, and damaged files.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, DecodeError> {
    let format = format(bytes, limits)?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(decoder_limits(limits));
    let mut decoder = reader.into_decoder().map_err(refused)?;
    check_size(decoder.dimensions(), limits)?;
    if decoder.total_bytes() > limits.memory {
        return Err(DecodeError::TooLarge { what: format!("{} bytes of memory, the limit is {}", decoder.total_bytes(), limits.memory) });
    }
    // A damaged tag leaves the picture as it lies.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut image = eight_bits(DynamicImage::from_decoder(decoder).map_err(refused)?);
    image.apply_orientation(orientation);
    Ok(Picture(image))
}

/// Decodes the first, middle and last frame of an animation, each once; otherwise the one picture. An animation that is longer than the
/// limits is read as far as they allow.
///
/// # Errors
/// As [`decode`], if there is not one good frame.
pub fn decode_frames(bytes: &[u8], limits: &Limits) -> Result<Vec<Picture>, DecodeError> {
    match format(bytes, limits)? {
        ImageFormat::Gif => {
            let mut decoder = GifDecoder::new(Cursor::new(bytes)).map_err(refused)?;
            check_size(decoder.dimensions(), limits)?;
            decoder.set_limits(decoder_limits(limits)).map_err(refused)?;
            select_frames(decoder, || GifDecoder::new(Cursor::new(bytes)).ok(), bytes, limits)
        }
        ImageFormat::WebP => {
            let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(refused)?;
            check_size(decoder.dimensions(), limits)?;
            if !decoder.has_animation() {
                return Ok(vec![decode(bytes, limits)?]);
            }
            select_frames(decoder, || WebPDecoder::new(Cursor::new(bytes)).ok(), bytes, limits)
        }
        _ => Ok(vec![decode(bytes, limits)?]),
    }
}

/// Counts the frames, then takes the middle one in a second pass: memory for three frames, whatever the animation's length.
fn select_frames<'a, D: AnimationDecoder<'a> + ImageDecoder>(
    decoder: D,
    again: impl Fn() -> Option<D>,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Vec<Picture>, DecodeError> {
    let (width, height) = decoder.dimensions();
    let affordable = limits.animated_pixels / (u64::from(width) * u64::from(height)).max(1);
    let most = limits.frames.min(usize::try_from(affordable).unwrap_or(usize::MAX)).max(1);
    let (mut first, mut last, mut count) = (None, None, 0usize);
    for frame in decoder.into_frames().take(most).map_while(Result::ok) {
        let picture = Picture(eight_bits(frame.into_buffer().into()));
        if first.is_none() {
            first = Some(picture);
        } else {
            last = Some(picture);
        }
        count += 1;
    }
    let Some(first) = first else { return Ok(vec![decode(bytes, limits)?]) };
    let middle = if count > 2 { again().and_then(|decoder| decoder.into_frames().nth(count / 2)?.ok()) } else { None };
    let middle = middle.map(|frame| Picture(eight_bits(frame.into_buffer().into())));
    Ok([Some(first), middle, last].into_iter().flatten().collect())
}

/// Eight bits a channel: grey, grey with transparency, colour, or colour with transparency.
fn eight_bits(image: DynamicImage) -> DynamicImage {
    match image {
        DynamicImage::ImageLuma16(_) => DynamicImage::ImageLuma8(image.into_luma8()),
        DynamicImage::ImageLumaA16(_) => DynamicImage::ImageLumaA8(image.into_luma_alpha8()),
        DynamicImage::ImageRgb16(_) | DynamicImage::ImageRgb32F(_) => DynamicImage::ImageRgb8(image.into_rgb8()),
        DynamicImage::ImageRgba16(_) | DynamicImage::ImageRgba32F(_) => DynamicImage::ImageRgba8(image.into_rgba8()),
        image => image,
    }
}

fn format(bytes: &[u8], limits: &Limits) -> Result<ImageFormat, DecodeError> {
    if bytes.len() > limits.bytes {
        return Err(DecodeError::TooLarge { what: format!("{} bytes, the limit is {}", bytes.len(), limits.bytes) });
    }
    match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif)) => Ok(format),
        _ => Err(DecodeError::Format { what: looks_like(bytes) }),
    }
}

/// A name for formats that are not read.
fn looks_like(bytes: &[u8]) -> &'static str {
    let start = bytes.get(..512.min(bytes.len())).unwrap_or_default();
    let has = |word: &[u8]| start.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word));
    match () {
        () if bytes.is_empty() => "an empty file",
        () if has(b"<svg") => "SVG",
        () if has(b"ftypheic") || has(b"ftypheix") || has(b"ftypmif1") => "HEIC",
        () if has(b"ftypavif") => "AVIF",
        () if has(b"ftyp") || start.starts_with(b"\x1a\x45\xdf\xa3") => "a video",
        () if start.starts_with(b"%PDF") => "PDF",
        () => "unknown format",
    }
}

fn check_size((width, height): (u32, u32), limits: &Limits) -> Result<(), DecodeError> {
    let too_large = width > limits.side || height > limits.side || u64::from(width) * u64::from(height) > limits.pixels;
    if too_large {
        let what = format!("{width} x {height} pixels, the limit is {} and {} along a side", limits.pixels, limits.side);
        return Err(DecodeError::TooLarge { what });
    }
    Ok(())
}

fn decoder_limits(limits: &Limits) -> DecoderLimits {
    let mut out = DecoderLimits::default();
    out.max_image_width = Some(limits.side);
    out.max_image_height = Some(limits.side);
    out.max_alloc = Some(limits.memory);
    out
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn refused(error: ImageError) -> DecodeError {
    match &error {
        ImageError::Limits(limit) => DecodeError::TooLarge {
            what: match limit.kind() {
                LimitErrorKind::DimensionError => "more pixels along a side than the limit".into(),
                _ => "it needs more memory than the limit".into(),
            },
        },
        _ => DecodeError::Damaged { what: error.to_string() },
    }
}
