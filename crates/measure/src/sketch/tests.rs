use proptest::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::*;

fn sketch_of(hashes: impl IntoIterator<Item = u64>) -> Sketch {
    let mut sketch = Sketch::new();
    for hash in hashes {
        sketch.insert(hash);
    }
    sketch
}

/// The first `count` values of an unlimited sequence of distinct, well-mixed hashes.
fn hashes(seed: u64, count: u64) -> impl Iterator<Item = u64> {
    (0..count).map(move |i| xxh3_64_with_seed(&i.to_le_bytes(), seed))
}

fn merged(a: &Sketch, b: &Sketch) -> Sketch {
    let mut sum = a.clone();
    sum.merge(b);
    sum
}

/// Sets on both sides of the change of form, overlapping each other.
fn any_sketch() -> impl Strategy<Value = Sketch> {
    (0u64..3, prop_oneof![0u64..20, 200u64..300, 2_000u64..3_000]).prop_map(|(seed, count)| sketch_of(hashes(seed, count)))
}

proptest! {
    #[test]
    fn merging_is_commutative_associative_and_idempotent(a in any_sketch(), b in any_sketch(), c in any_sketch()) {
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        prop_assert_eq!(merged(&a, &a), a.clone());
        prop_assert_eq!(merged(&a, &Sketch::new()), a);
    }

    #[test]
    fn merging_equals_inserting_everything(split in 0u64..1_000, total in 1_000u64..1_200) {
        let whole = sketch_of(hashes(7, total));
        let first = sketch_of(hashes(7, split));
        let second = sketch_of(hashes(7, total).skip(usize::try_from(split / 2).unwrap()));
        prop_assert_eq!(merged(&first, &second), whole);
    }

    #[test]
    fn bytes_round_trip(sketch in any_sketch()) {
        prop_assert_eq!(Sketch::from_bytes(&sketch.to_bytes()), Ok(sketch));
    }

    #[test]
    fn foreign_bytes_are_refused_or_canonical(bytes in proptest::collection::vec(any::<u8>(), 0..100), form in 0u8..3) {
        let bytes = [&[1, form], bytes.as_slice()].concat();
        if let Ok(sketch) = Sketch::from_bytes(&bytes) {
            prop_assert_eq!(sketch.to_bytes(), bytes);
        }
    }
}

#[test]
fn small_sets_are_exact() {
    for count in [0, 1, 2, 100, 256] {
        let twice = sketch_of(hashes(1, count).chain(hashes(1, count)));
        assert_eq!(twice.count(), count);
    }
}

/// Over many seeds the root mean square error is the theoretical 1.04/sqrt(2048), and errors beyond three standard errors are rare.
#[test]
fn errors_stay_within_theory() {
    const SEEDS: u32 = 300;
    let standard_error = 1.04 / 2048f64.sqrt();
    for count in [257u32, 1_000, 5_000, 10_000, 60_000] {
        let errors: Vec<f64> = (0..u64::from(SEEDS)).map(|seed| sketch_of(hashes(seed, u64::from(count))).estimate() / f64::from(count) - 1.0).collect();
        let mean_square = errors.iter().map(|error| error * error).sum::<f64>() / f64::from(SEEDS);
        let mean = errors.iter().sum::<f64>() / f64::from(SEEDS);
        assert!(mean_square.sqrt() < 1.15 * standard_error, "{count}: rms {}", mean_square.sqrt());
        assert!(mean.abs() < 4.0 * standard_error / f64::from(SEEDS).sqrt(), "{count}: bias {mean}");
        let outliers = errors.iter().filter(|error| error.abs() > 3.0 * standard_error).count();
        assert!(outliers <= 4, "{count}: {outliers} of {SEEDS} beyond three standard errors");
    }
}

/// Stored sketches must mean the same for ever.
#[test]
fn bits_never_change() {
    let exact = sketch_of([1, 0xFFFF_FFFF_FFFF_FFFF]).to_bytes();
    assert_eq!(exact, [&[1, 0, 1, 0, 0, 0, 0, 0, 0, 0][..], &[0xFF; 8]].concat());
    let dense = sketch_of(hashes(0, 10_000)).to_bytes();
    assert_eq!(dense.len(), 2 + 1536);
    assert_eq!(xxh3_64_with_seed(&dense, 0), DENSE);
}

const DENSE: u64 = 11_167_050_058_521_952_287;

#[test]
fn registers_of_extreme_hashes() {
    let mut registers = [0; REGISTERS];
    assert!(raise(&mut registers, 0) && !raise(&mut registers, 0));
    assert_eq!(registers[0], MAX_RANK);
    assert!(raise(&mut registers, u64::MAX));
    assert_eq!(registers[REGISTERS - 1], 1);
    // The estimator is defined for every state, the saturated one included.
    assert!(ertl_estimate(&[MAX_RANK; REGISTERS]) > 1e18);
}

#[test]
fn damage_is_named() {
    let good = sketch_of(hashes(0, 3)).to_bytes();
    let mut swapped = good.clone();
    swapped[2..18].rotate_left(8);
    let mut high = sketch_of(hashes(0, 1_000)).to_bytes();
    high[2] |= 63;
    let cases: [(&[u8], SketchError); 7] = [
        (&[], SketchError::Damaged("no bytes")),
        (&[2, 0], SketchError::Version(2)),
        (&[1], SketchError::Damaged("unknown form")),
        (&good[..good.len() - 1], SketchError::Damaged("wrong length")),
        (&swapped, SketchError::Damaged("hashes out of order")),
        (&high, SketchError::Damaged("impossible register")),
        (&[&[1, 1][..], &[0; PACKED_LEN]].concat(), SketchError::Damaged("registers of an empty set")),
    ];
    for (bytes, error) in cases {
        assert_eq!(Sketch::from_bytes(bytes), Err(error));
    }
}
