//! Pictures and programs that mean no good.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::cast_possible_truncation, reason = "a test fails by panicking")]

use std::{
    fs,
    io::Cursor,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use image::{Delay, DynamicImage, Frame, ImageFormat, RgbImage, RgbaImage, codecs::gif::GifEncoder};
use vigie_media::{
    DecodeError, Limits, Picture, PictureReader, decode, decode_frames,
    lists::Known,
    ocr::{OcrError, OcrLimits, Tesseract},
};
use vigie_model::PictureState;

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 251) as u8, (y % 241) as u8, 9])))
        .write_to(&mut file, ImageFormat::Png)
        .unwrap();
    file.into_inner()
}

/// A PNG header that promises a size, with nothing behind it.
fn promised(width: u32, height: u32) -> Vec<u8> {
    let mut file = png(1, 1);
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&file[12..29]);
    file[29..33].copy_from_slice(&sum.to_be_bytes());
    file
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())))
}

fn gif(frames: usize, side: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = GifEncoder::new(&mut file);
    for number in 0..frames {
        let tone = (number * 7 % 256) as u8;
        let frame = RgbaImage::from_pixel(side, side, image::Rgba([tone, 255 - tone, 0, 255]));
        encoder.encode_frame(Frame::from_parts(frame, 0, 0, Delay::from_numer_denom_ms(10, 1))).unwrap();
    }
    drop(encoder);
    file
}

#[test]
fn promises_of_a_size_are_refused_before_memory_is_taken() {
    let limits = Limits::default();
    for (width, height) in [(65_535, 65_535), (u32::MAX, 1), (16_384, 16_384), (1, 20_000)] {
        assert!(matches!(decode(&promised(width, height), &limits), Err(DecodeError::TooLarge { .. } | DecodeError::Damaged { .. })), "{width} x {height}");
    }
    // Within the limit of a side, but more memory than allowed.
    let small = Limits { memory: 1 << 20, ..limits };
    assert!(matches!(decode(&png(1_000, 1_000), &small), Err(DecodeError::TooLarge { .. })));
    assert!(matches!(decode(&png(100, 100), &Limits { bytes: 10, ..limits }), Err(DecodeError::TooLarge { .. })));
}

#[test]
fn other_formats_are_named_and_refused() {
    let refused = |bytes: &[u8]| match decode(bytes, &Limits::default()) {
        Err(DecodeError::Format { what }) => what,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(b"<?xml version=\"1.0\"?><SVG onload=\"alert(1)\">"), "SVG");
    assert_eq!(refused(b"\0\0\0\x18ftypheic"), "HEIC");
    assert_eq!(refused(b"\0\0\0\x18ftypavif"), "AVIF");
    assert_eq!(refused(b"\0\0\0\x18ftypisom"), "a video");
    assert_eq!(refused(b"BM\0\0\0\0"), "unknown format");
    assert_eq!(refused(b""), "an empty file");
}

#[test]
fn every_cut_and_many_flipped_bits_give_a_picture_or_an_error() {
    let limits = Limits { pixels: 100_000, memory: 8 << 20, ..Limits::default() };
    for good in [png(40, 30), vigie_testkit::flyer(1, vigie_testkit::Wear::Degraded).jpeg, gif(3, 20)] {
        let step = (good.len() / 60).max(1);
        for cut in (0..good.len()).step_by(step) {
            drop(decode_frames(&good[..cut], &limits));
        }
        for place in (0..good.len()).step_by((good.len() / 150).max(1)) {
            let mut bad = good.clone();
            bad[place] ^= 0x55;
            drop(decode_frames(&bad, &limits));
        }
    }
}

#[test]
fn an_animation_gives_its_first_middle_and_last_frame_and_a_flood_ends() {
    let limits = Limits::default();
    let tone = |picture: &Picture| picture.rgb()[0];
    let tones: Vec<u8> = decode_frames(&gif(9, 16), &limits).unwrap().iter().map(tone).collect();
    assert_eq!(tones, [0, 28, 56]);
    assert_eq!(decode_frames(&gif(1, 16), &limits).unwrap().len(), 1);
    let few = Limits { frames: 5, ..limits };
    let tones: Vec<u8> = decode_frames(&gif(200, 16), &few).unwrap().iter().map(tone).collect();
    assert_eq!(tones, [0, 14, 28]);
    let little = Limits { animated_pixels: 16 * 16 * 3, ..limits };
    assert_eq!(decode_frames(&gif(200, 16), &little).unwrap().len(), 3);
}

/// An orientation tag turns the picture; 6 means that it lies on its side.
#[test]
fn a_picture_is_put_upright() {
    let mut file = Vec::new();
    let image = RgbImage::from_fn(40, 20, |x, _| if x < 20 { image::Rgb([250, 0, 0]) } else { image::Rgb([0, 0, 250]) });
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 95).encode_image(&image).unwrap();
    let mut exif = b"\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    let mut turned = file[..2].to_vec();
    turned.append(&mut exif);
    turned.extend_from_slice(&file[2..]);
    let picture = decode(&turned, &Limits::default()).unwrap();
    assert_eq!((picture.width(), picture.height()), (20, 40));
    let rgb = picture.rgb();
    assert!(rgb[0] > 200 && rgb[rgb.len() - 1] > 200, "red above, blue below");
}

/// A program in the place of tesseract: lists a language, says a version, then does what it is told.
fn program(folder: &Path, then: &str) -> PathBuf {
    let path = folder.join("program");
    let script = format!("#!/bin/sh\ncase \"$1\" in --list-langs) echo fra;; --version) echo 'pretender 1';; *) {then};; esac\n");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn read_with(then: &str) -> (PictureState, String, Duration) {
    read_within(then, OcrLimits { once: Duration::from_millis(300), total: Duration::from_millis(600), ..OcrLimits::default() })
}

fn read_within(then: &str, limits: OcrLimits) -> (PictureState, String, Duration) {
    let folder = tempfile::tempdir().unwrap();
    let program = program(folder.path(), then);
    let reader = PictureReader::new(Limits::default(), move || Tesseract::find(&program, &["fra"], limits), Known::default());
    let started = Instant::now();
    let finding = reader.read(&png(200, 100), 0).finding;
    assert!(finding.pdq.is_some() && finding.sha256.is_some(), "what needs no program is there");
    (finding.state, finding.reason.unwrap_or_default(), started.elapsed())
}

#[test]
fn a_program_that_hangs_dies_or_floods_costs_the_text_and_nothing_else() {
    let (state, reason, time) = read_with("sleep 60");
    assert_eq!(state, PictureState::Unread);
    assert!(reason.contains("was stopped") && time < Duration::from_secs(8), "{reason} {time:?}");
    // Its child holds the pipe open after it has gone.
    let (state, _, time) = read_with("sleep 60 & exit 0");
    assert!(state == PictureState::Read && time < Duration::from_secs(8), "{time:?}");
    let (state, reason, _) = read_with("kill -9 $$");
    assert_eq!(state, PictureState::Unread);
    assert!(reason.contains("signal: 9"), "{reason}");
    let (state, reason, _) = read_with("exit 3");
    assert!(state == PictureState::Unread && reason.contains("exit status: 3"), "{reason}");
    let (state, _, time) = read_with("yes");
    assert!(state == PictureState::Unread && time < Duration::from_secs(8), "{time:?}");
}

/// The clock would allow it much more: a busy machine must not make pictures unreadable.
#[test]
fn processor_time_is_limited_apart_from_the_clock() {
    let limits = OcrLimits { processor: Duration::from_secs(1), once: Duration::from_secs(60), total: Duration::from_secs(60), ..OcrLimits::default() };
    let (state, reason, _) = read_within("while :; do :; done", limits);
    assert!(state == PictureState::Unread && reason.contains("more than 1 s"), "{reason}");
}

#[test]
fn a_missing_program_and_a_missing_language_say_what_to_do() {
    let none = Tesseract::find(Path::new("/no/such/program"), &["fra"], OcrLimits::default());
    assert!(matches!(&none, Err(OcrError::Missing { .. })));
    assert!(none.unwrap_err().to_string().contains("install tesseract-ocr"));
    let folder = tempfile::tempdir().unwrap();
    let other = Tesseract::find(&program(folder.path(), "exit"), &["nld", "deu"], OcrLimits::default());
    assert!(matches!(other, Err(OcrError::NoLanguage { wanted }) if wanted == "nld, deu"));
}

#[test]
fn only_files_inside_the_folder_are_read() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("input");
    fs::create_dir_all(folder.join("media")).unwrap();
    fs::write(root.path().join("secret.png"), png(50, 50)).unwrap();
    fs::write(folder.join("media/a.png"), png(50, 50)).unwrap();
    fs::write(folder.join("media/a.svg"), "<svg/>").unwrap();
    symlink(root.path().join("secret.png"), folder.join("link.png")).unwrap();
    symlink(folder.join("media/a.png"), folder.join("inner.png")).unwrap();
    let reader = PictureReader::new(Limits::default(), || Tesseract::find(Path::new("/no/such/program"), &[], OcrLimits::default()), Known::default());
    let state = |named: &str| reader.read_file(&folder, named, 3).finding.state;
    for named in ["media/a.png", "./media/a.png", "inner.png"] {
        assert_eq!(state(named), PictureState::Unread, "{named}");
    }
    let absolute = root.path().join("secret.png");
    for named in ["../secret.png", "media/../../secret.png", absolute.to_str().unwrap(), "link.png", "media", "none.png", "", "a\0b"] {
        assert_eq!(state(named), PictureState::Missing, "{named}");
    }
    assert_eq!(state("media/a.svg"), PictureState::Refused);
    assert_eq!(reader.read_file(&folder, "media/a.png", 3).finding.media, 3);
}

/// Made by this version of the testkit; the reference (PyPI `pdqhash` on the same pixels) has the same bits, see `bench/pictures.py`.
#[test]
fn hashes_do_not_change_from_version_to_version() {
    let hash = |seed: u32| {
        let pixels = (0..300u32 * 200).flat_map(|at| [(at * at / 97 % 256) as u8, (at / 300 * (seed + 1)) as u8, (at % 300 / 2) as u8]).collect();
        vigie_media::pdq::Pdq::of(&Picture::from_rgb(300, 200, pixels).unwrap()).unwrap()
    };
    let found: Vec<_> = [0, 4].into_iter().map(|seed| (hash(seed).hash.to_string(), hash(seed).quality)).collect();
    assert_eq!(found, EXPECTED.map(|(hash, quality)| (hash.to_owned(), quality)));
}

/// What `pdqhash` 0.2.8 says of these pixels.
const EXPECTED: [(&str, u8); 2] =
    [("bd45128353a139fc6d77b5bce576ddc0a6732c169a441223faa07d24657bd430", 100), ("bd45128353a139fc6d77b5bce576ddc0a6732c169a441223faa07d24657bd430", 100)];
