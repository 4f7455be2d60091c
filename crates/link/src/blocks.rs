//! Biconnected components (Hopcroft and Tarjan 1973, algorithm 447), without recursion.

/// For each edge the number of its block: two edges share one exactly if they lie on a common cycle.
///
/// `edges` joins vertices below `vertices`; time and space are linear in both.
pub(crate) fn blocks(vertices: usize, edges: &[(u32, u32)]) -> Vec<u32> {
    let graph = Graph::new(vertices, edges);
    let mut search = Search { seen: vec![0; vertices], low: vec![0; vertices], clock: 0, open: Vec::new(), block_of: vec![u32::MAX; edges.len()], blocks: 0 };
    for root in 0..u32::try_from(vertices).unwrap_or(u32::MAX) {
        if get(&search.seen, root) == 0 {
            search.visit(&graph, root);
        }
    }
    search.block_of
}

/// Neighbours of each vertex, one list after the other.
struct Graph {
    starts: Vec<usize>,
    /// Neighbour and edge.
    ends: Vec<(u32, u32)>,
}

impl Graph {
    fn new(vertices: usize, edges: &[(u32, u32)]) -> Self {
        let mut ends: Vec<(u32, u32, u32)> = (0u32..).zip(edges).flat_map(|(edge, &(a, b))| [(a, b, edge), (b, a, edge)]).collect();
        ends.sort_unstable();
        let starts = (0..=vertices).map(|vertex| ends.partition_point(|end| (end.0 as usize) < vertex)).collect();
        Self { starts, ends: ends.into_iter().map(|(_, to, edge)| (to, edge)).collect() }
    }

    fn end(&self, vertex: u32, index: usize) -> Option<(u32, u32)> {
        let at = self.starts.get(vertex as usize)? + index;
        if at < *self.starts.get(vertex as usize + 1)? { self.ends.get(at).copied() } else { None }
    }
}

struct Search {
    /// When a vertex was first seen; 0 before that.
    seen: Vec<u32>,
    /// The earliest vertex that is reached from below.
    low: Vec<u32>,
    clock: u32,
    /// Edges that belong to no block yet.
    open: Vec<u32>,
    block_of: Vec<u32>,
    blocks: u32,
}

/// A vertex on the path from the root.
struct Frame {
    vertex: u32,
    /// The edge that led here.
    by: u32,
    next: usize,
}

impl Search {
    fn enter(&mut self, vertex: u32) {
        self.clock += 1;
        set(&mut self.seen, vertex, self.clock);
        set(&mut self.low, vertex, self.clock);
    }

    fn visit(&mut self, graph: &Graph, root: u32) {
        self.enter(root);
        let mut path = vec![Frame { vertex: root, by: u32::MAX, next: 0 }];
        while let Some(frame) = path.last_mut() {
            let vertex = frame.vertex;
            let Some((to, edge)) = graph.end(vertex, frame.next) else {
                let by = frame.by;
                path.pop();
                if let Some(above) = path.last() {
                    self.leave(above.vertex, vertex, by);
                }
                continue;
            };
            frame.next += 1;
            if edge == frame.by {
                continue;
            }
            let seen = get(&self.seen, to);
            if seen == 0 {
                self.open.push(edge);
                self.enter(to);
                path.push(Frame { vertex: to, by: edge, next: 0 });
            } else if seen < get(&self.seen, vertex) {
                self.open.push(edge);
                let low = get(&self.low, vertex).min(seen);
                set(&mut self.low, vertex, low);
            }
        }
    }

    /// Back from `below` to `above`: where nothing leads past `above`, the edges since then are a block.
    fn leave(&mut self, above: u32, below: u32, by: u32) {
        let low = get(&self.low, above).min(get(&self.low, below));
        set(&mut self.low, above, low);
        if get(&self.low, below) < get(&self.seen, above) {
            return;
        }
        while let Some(edge) = self.open.pop() {
            set(&mut self.block_of, edge, self.blocks);
            if edge == by {
                break;
            }
        }
        self.blocks += 1;
    }
}

fn get(values: &[u32], index: u32) -> u32 {
    values.get(index as usize).copied().unwrap_or(u32::MAX)
}

fn set(values: &mut [u32], index: u32, value: u32) {
    if let Some(slot) = values.get_mut(index as usize) {
        *slot = value;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cycle_is_one_block_and_a_chain_is_many() {
        let ring = blocks(4, &[(0, 1), (1, 2), (2, 3), (3, 0)]);
        assert!(ring.iter().all(|block| *block == ring[0]));
        let chain = blocks(4, &[(0, 1), (1, 2), (2, 3)]);
        assert_eq!(chain.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
        // Two triangles that share a vertex.
        let two = blocks(5, &[(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 2)]);
        assert!(two[0] == two[1] && two[1] == two[2] && two[3] == two[4] && two[4] == two[5] && two[0] != two[3]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let edges: Vec<(u32, u32)> = (0..200_000).map(|n| (n, n + 1)).collect();
        assert_eq!(blocks(200_001, &edges).len(), edges.len());
    }

    /// Whether two edges lie on a common cycle, by the definition: no vertex's removal separates them.
    fn together(vertices: u32, edges: &[(u32, u32)], a: usize, b: usize) -> bool {
        (0..vertices).all(|gone| {
            let mut sets = crate::union_find::UnionFind::new(vertices as usize);
            for &(x, y) in edges.iter().filter(|(x, y)| *x != gone && *y != gone) {
                sets.union(x, y);
            }
            let left = |edge: (u32, u32)| if edge.0 == gone { edge.1 } else { edge.0 };
            sets.find(left(edges[a])) == sets.find(left(edges[b]))
        })
    }

    proptest! {
        #[test]
        fn blocks_are_those_of_the_definition(pairs in prop::collection::btree_set((0u32..7, 0u32..7), 0..14)) {
            let mut edges: Vec<(u32, u32)> = pairs.into_iter().filter(|(a, b)| a < b).collect();
            edges.dedup();
            let found = blocks(7, &edges);
            for a in 0..edges.len() {
                for b in a + 1..edges.len() {
                    prop_assert_eq!(found[a] == found[b], together(7, &edges, a, b) , "{:?} {} {}", edges, a, b);
                }
            }
        }
    }
}
