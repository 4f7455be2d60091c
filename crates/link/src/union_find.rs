//! Disjoint sets (Tarjan and van Leeuwen 1984): union by index, path halving.

/// Sets of the numbers below a bound.
#[derive(Debug, Clone)]
pub(crate) struct UnionFind {
    parent: Vec<u32>,
}

impl UnionFind {
    /// Each number below `len` in a set of its own.
    pub(crate) fn new(len: usize) -> Self {
        Self { parent: (0..u32::try_from(len).unwrap_or(u32::MAX)).collect() }
    }

    /// The least number of the set; a number out of bounds is alone.
    pub(crate) fn find(&mut self, mut number: u32) -> u32 {
        while let Some(&parent) = self.parent.get(number as usize) {
            let Some(&grandparent) = self.parent.get(parent as usize) else { break };
            if parent == number {
                break;
            }
            if let Some(slot) = self.parent.get_mut(number as usize) {
                *slot = grandparent;
            }
            number = grandparent;
        }
        number
    }

    /// Makes one set of two.
    pub(crate) fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        if let Some(slot) = self.parent.get_mut(a.max(b) as usize) {
            *slot = a.min(b);
        }
    }
}
