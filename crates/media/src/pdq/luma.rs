//! Brightness of a picture, a few rows at a time.

use super::filter::{LANES, Lane};

/// Yields the rows of a picture as brightness between 0 and 255.
pub(super) trait Rows {
    fn width(&self) -> usize;
    fn height(&self) -> usize;
    /// Writes the next rows, a lane each, and says how many; 0 at the end.
    fn next(&mut self, block: &mut [Lane]) -> usize;
}

/// Rows of pixels of `N` bytes.
pub(super) struct PixelRows<'a, const N: usize> {
    rows: std::slice::ChunksExact<'a, u8>,
    width: usize,
    height: usize,
    luma: fn(&[u8; N]) -> f32,
}

impl<'a, const N: usize> PixelRows<'a, N> {
    fn new(pixels: &'a [u8], width: usize, luma: fn(&[u8; N]) -> f32) -> Self {
        let rows = pixels.chunks_exact((width * N).max(1));
        Self { height: rows.len(), rows, width, luma }
    }
}

/// Red, green, blue; the weights of the reference.
pub(super) fn rgb(pixels: &[u8], width: usize) -> PixelRows<'_, 3> {
    PixelRows::new(pixels, width, |&[r, g, b]| f32::from(r) * 0.299 + f32::from(g) * 0.587 + f32::from(b) * 0.114)
}

/// Grey.
pub(super) fn grey(pixels: &[u8], width: usize) -> PixelRows<'_, 1> {
    PixelRows::new(pixels, width, |&[grey]| f32::from(grey))
}

impl<const N: usize> Rows for PixelRows<'_, N> {
    fn width(&self) -> usize {
        self.width
    }

    fn height(&self) -> usize {
        self.height
    }

    fn next(&mut self, block: &mut [Lane]) -> usize {
        let mut count = 0;
        for (lane, row) in (0..LANES).zip(self.rows.by_ref().take(LANES)) {
            let (pixels, _) = row.as_chunks::<N>();
            for (column, pixel) in block.iter_mut().zip(pixels) {
                if let Some(value) = column.get_mut(lane) {
                    *value = (self.luma)(pixel);
                }
            }
            count += 1;
        }
        count
    }
}
