//! From a picture of any size to 64 × 64: a box filter, twice along rows and columns, of which every 64th part is kept.
//!
//! Meta's reference filters the whole picture four times in two buffers of its size. Here rows stream through: the same sums in the
//! same order, so the same bits, but memory for a few rows only, and of the last two passes only what is kept is worked out.

use super::luma::Rows;

/// Width and height of what the hash is made of.
pub(super) const SIDE: usize = 64;

/// A picture of 64 × 64.
pub(super) type Small = [[f32; SIDE]; SIDE];

/// Rows that are filtered at once, so that sums of different rows overlap in the processor.
pub(super) const LANES: usize = 8;

/// One value of each of several rows.
pub(super) type Lane = [f32; LANES];

/// Width of the box for a dimension: `computeJaroszFilterWindowSize` of the reference.
fn window(dimension: usize) -> usize {
    dimension.div_ceil(2 * SIDE)
}

/// Which rows (or columns) of the filtered picture are kept: the middle of each 64th part.
fn kept(dimension: usize) -> [usize; SIDE] {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "positive, below the dimension, as in the reference"
    )]
    std::array::from_fn(|i| ((i as f64 + 0.5) * dimension as f64 / SIDE as f64) as usize)
}

/// Filters and shrinks. A picture that has 64 × 64 already is taken as it is.
pub(super) fn shrink(rows: &mut impl Rows) -> Box<Small> {
    let (width, height) = (rows.width(), rows.height());
    let mut small = Box::new([[0.0; SIDE]; SIDE]);
    if width == SIDE && height == SIDE {
        take_as_it_is(rows, &mut small);
        return small;
    }
    let columns = kept(width);
    // After the second filtering along rows only the kept columns are worked out, for all rows.
    let mut narrow: Vec<[f32; SIDE]> = Vec::with_capacity(height);
    let mut first = RowFilter::new(width, window(width));
    let mut second = RowFilter::new(width, window(width));
    let mut down = ColumnFilter::new(width, height, window(height));
    let mut block = vec![[0.0; LANES]; width];
    let mut done = 0;
    while done < height {
        let count = rows.next(&mut block).min(height - done);
        if count == 0 {
            break;
        }
        first.run(&mut block);
        for lane in 0..count {
            down.push(block.iter().filter_map(|column| column.get(lane)).copied(), |filled| second.gather(filled, &columns, &mut narrow));
        }
        done += count;
    }
    down.finish(|filled| second.gather(filled, &columns, &mut narrow));
    second.gather_rest(&columns, &mut narrow);
    keep_rows(&narrow, height, &mut small);
    small
}

fn take_as_it_is(rows: &mut impl Rows, small: &mut Small) {
    let mut block = vec![[0.0; LANES]; SIDE];
    for group in small.chunks_mut(LANES) {
        rows.next(&mut block);
        for (lane, row) in group.iter_mut().enumerate() {
            row.iter_mut().zip(&block).for_each(|(to, from)| *to = from.get(lane).copied().unwrap_or_default());
        }
    }
}

/// The last filtering along columns, on the kept columns only; then the kept rows.
fn keep_rows(narrow: &[[f32; SIDE]], height: usize, small: &mut Small) {
    let mut down = ColumnFilter::new(SIDE, height, window(height));
    let mut filtered: Vec<[f32; SIDE]> = Vec::with_capacity(height);
    let mut keep = |row: &[f32]| filtered.push(std::array::from_fn(|x| row.get(x).copied().unwrap_or_default()));
    for row in narrow {
        down.push(row.iter().copied(), &mut keep);
    }
    down.finish(&mut keep);
    for (to, from) in small.iter_mut().zip(kept(height)) {
        if let Some(row) = filtered.get(from) {
            *to = *row;
        }
    }
}

/// How a box of `window` values runs over a line of `length`: `box1DFloat` of the reference, in its four phases.
#[derive(Debug, Clone, Copy)]
struct Phases {
    /// Values that are added before the first is written.
    lead: usize,
    /// Values written while the box grows.
    growing: usize,
    /// Values written with a full box.
    full: usize,
}

impl Phases {
    fn new(length: usize, window: usize) -> Self {
        // In a line shorter than its box nothing is written with a full box; the reference never meets one.
        let half = usize::midpoint(window, 2);
        let lead = (half - 1).min(length);
        let growing = (window + 1 - half).min(length - lead);
        Self { lead, growing, full: length - lead - growing }
    }
}

/// Filters along rows, several rows at once.
struct RowFilter {
    phases: Phases,
    filtered: Vec<Lane>,
    /// Rows that wait until there are enough of them.
    waiting: Vec<Lane>,
    count: usize,
}

impl RowFilter {
    fn new(width: usize, window: usize) -> Self {
        Self { phases: Phases::new(width, window), filtered: vec![[0.0; LANES]; width], waiting: vec![[0.0; LANES]; width], count: 0 }
    }

    /// Replaces a block of rows by the filtered rows.
    fn run(&mut self, block: &mut Vec<Lane>) {
        filter_along(block, &mut self.filtered, self.phases);
        std::mem::swap(block, &mut self.filtered);
    }

    /// Takes one row; a full block is filtered and its kept columns appended to `narrow`.
    fn gather(&mut self, row: &[f32], columns: &[usize; SIDE], narrow: &mut Vec<[f32; SIDE]>) {
        for (column, value) in self.waiting.iter_mut().zip(row) {
            if let Some(place) = column.get_mut(self.count) {
                *place = *value;
            }
        }
        self.count += 1;
        if self.count == LANES {
            self.gather_rest(columns, narrow);
        }
    }

    /// Filters what waits.
    fn gather_rest(&mut self, columns: &[usize; SIDE], narrow: &mut Vec<[f32; SIDE]>) {
        if self.count > 0 {
            filter_along(&self.waiting, &mut self.filtered, self.phases);
        }
        for lane in 0..std::mem::take(&mut self.count) {
            narrow.push(std::array::from_fn(|x| columns.get(x).and_then(|&c| self.filtered.get(c)).and_then(|l| l.get(lane)).copied().unwrap_or_default()));
        }
    }
}

fn filter_along(from: &[Lane], to: &mut [Lane], phases: Phases) {
    let Phases { lead, growing, full } = phases;
    let mut sum = [0.0; LANES];
    let mut size = 0.0f32;
    let (mut right, mut left) = (from.iter(), from.iter());
    let mut out = to.iter_mut();
    for value in right.by_ref().take(lead) {
        add(&mut sum, value);
        size += 1.0;
    }
    for (value, out) in right.by_ref().zip(out.by_ref()).take(growing) {
        add(&mut sum, value);
        size += 1.0;
        *out = divide(&sum, size);
    }
    for ((value, old), out) in right.zip(left.by_ref()).zip(out.by_ref()).take(full) {
        add(&mut sum, value);
        subtract(&mut sum, old);
        *out = divide(&sum, size);
    }
    for (old, out) in left.zip(out) {
        subtract(&mut sum, old);
        size -= 1.0;
        *out = divide(&sum, size);
    }
}

fn add(sum: &mut Lane, value: &Lane) {
    sum.iter_mut().zip(value).for_each(|(sum, value)| *sum += value);
}

fn subtract(sum: &mut Lane, value: &Lane) {
    sum.iter_mut().zip(value).for_each(|(sum, value)| *sum -= value);
}

fn divide(sum: &Lane, size: f32) -> Lane {
    sum.map(|sum| sum / size)
}

/// Filters along columns, all columns at once, row after row.
struct ColumnFilter {
    phases: Phases,
    width: usize,
    /// Sum of each column.
    sums: Vec<f32>,
    /// The rows in the box, in a ring.
    ring: Vec<f32>,
    window: usize,
    taken: usize,
    dropped: usize,
    out: Vec<f32>,
}

impl ColumnFilter {
    fn new(width: usize, height: usize, window: usize) -> Self {
        // A place more than the box, because a row is added before the oldest is taken away.
        let window = window.max(1) + 1;
        Self {
            phases: Phases::new(height, window - 1),
            width,
            sums: vec![0.0; width],
            ring: vec![0.0; width * window],
            window,
            taken: 0,
            dropped: 0,
            out: vec![0.0; width],
        }
    }

    fn row(&mut self, number: usize) -> &mut [f32] {
        let start = (number % self.window) * self.width;
        self.ring.get_mut(start..start + self.width).unwrap_or_default()
    }

    /// Takes the next row, and gives a filtered one where the box is in place.
    fn push(&mut self, row: impl Iterator<Item = f32>, mut give: impl FnMut(&[f32])) {
        let number = self.taken;
        self.row(number).iter_mut().zip(row).for_each(|(to, from)| *to = from);
        let start = (number % self.window) * self.width;
        let added = self.ring.get(start..start + self.width).unwrap_or_default();
        self.sums.iter_mut().zip(added).for_each(|(sum, value)| *sum += value);
        self.taken += 1;
        if self.taken <= self.phases.lead {
            return;
        }
        if self.taken > self.phases.lead + self.phases.growing {
            self.drop_oldest();
        }
        self.give(&mut give);
    }

    /// Gives the rows that are left at the lower edge.
    fn finish(&mut self, mut give: impl FnMut(&[f32])) {
        while self.taken - self.dropped > 1 && self.dropped < self.phases.full + self.phases.lead {
            self.drop_oldest();
            self.give(&mut give);
        }
    }

    fn drop_oldest(&mut self) {
        let start = (self.dropped % self.window) * self.width;
        let oldest = self.ring.get(start..start + self.width).unwrap_or_default();
        self.sums.iter_mut().zip(oldest).for_each(|(sum, value)| *sum -= value);
        self.dropped += 1;
    }

    fn give(&mut self, give: &mut impl FnMut(&[f32])) {
        #[expect(clippy::cast_precision_loss, reason = "rows in a box: far below 2^24")]
        let size = (self.taken - self.dropped) as f32;
        self.out.iter_mut().zip(&self.sums).for_each(|(out, sum)| *out = sum / size);
        give(&self.out);
    }
}
