//! Lists of hashes: exchanged, kept, asked.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use jiff::civil::date;
use vigie_media::{
    Picture,
    lists::{Added, Exchange, HashList, Head, Kind, Known, ListError, ListFolder, export, import},
    pdq::Pdq,
};

/// In the form of HMA's samples; the hashes are invented.
const CSV: &str = "\
f8f8f0cee0f4a84f06370a22038f67f0b36e2ed596621e1d33e6339c4e9c9b22,2880742865368386,2020-07-31T18:47:52+0000,media_type_photo fictif
0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef,2,2020-07-31T18:47:52+0000,
0000000000000000000000000000000000000000000000000000000000000000,3,2020-07-31T18:47:52+0000,blank
not a hash,4,,
";

fn head(name: &str, kind: Kind) -> Head {
    Head { name: name.into(), kind, source: "invented".into(), created: date(2026, 11, 24), expires: None }
}

fn list() -> (HashList, Added) {
    let mut list = HashList::new(head("demo", Kind::Adverts)).unwrap();
    let imported = import(CSV.as_bytes()).unwrap();
    assert_eq!(imported.left_out, [4]);
    let added = list.add(imported.entries);
    (list, added)
}

#[test]
fn a_list_comes_back_from_each_form_of_exchange() {
    let (list, added) = list();
    assert_eq!(added, Added { new: 2, known: 0, blank: 1 });
    assert_eq!(list.entries[0].tags, ["media_type_photo", "fictif"]);
    for form in [Exchange::Csv, Exchange::Json] {
        let again = import(export(&list, form).as_bytes()).unwrap();
        assert_eq!(again.entries, list.entries, "{form:?}");
    }
}

#[test]
fn forms_of_others_are_read() {
    let hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let forms = [
        format!("{{\"data\":[{{\"raw_indicator\":\"{hash}\",\"type\":\"HASH_PDQ\",\"tags\":{{\"data\":[{{\"id\":\"1\",\"text\":\"t\"}}]}}}}]}}"),
        format!("[{{\"signal_type\":\"pdq\",\"signal_value\":\"{hash}\"}},{{\"signal_type\":\"md5\",\"signal_value\":\"00\"}}]"),
        format!("{{\"pdq\":\"{hash}\"}}\n{{\"pdq\":\"{hash}\"}}\n"),
        format!("name,hash\nx,{hash}\n"),
        format!("{}\n", hash.to_uppercase()),
        format!("[\"{hash}\"]"),
    ];
    for form in forms {
        let imported = import(form.as_bytes()).unwrap();
        assert_eq!(imported.entries[0].pdq.to_string(), hash, "{form}");
    }
    assert!(matches!(import(b"id,name\n1,2\n"), Err(ListError::NoHash)));
    assert!(matches!(import(b"{\"data\":[{}"), Err(ListError::NoHash)));
    assert!(matches!(import(&[0xff, 0, b'\n', 0xfe]), Err(ListError::NoHash)));
}

#[test]
fn a_kept_list_is_the_same_and_a_damaged_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let lists = ListFolder::new(&folder.path().join("hashes"));
    assert!(lists.all().unwrap().is_empty());
    let (list, _) = list();
    lists.write(&list).unwrap();
    assert_eq!(lists.read("demo").unwrap(), list);
    assert!(matches!(lists.read("other"), Err(ListError::Unknown(_))));
    assert!(matches!(lists.read("../demo"), Err(ListError::Name(_))));
    let path = folder.path().join("hashes/demo.hashes");
    let good = std::fs::read(&path).unwrap();
    for (length, flip) in [(good.len(), 200), (good.len(), 10), (good.len() - 90, 0), (0, 0)] {
        let mut bad = good[..length].to_vec();
        if flip > 0 {
            bad[flip] ^= 1;
        }
        std::fs::write(&path, bad).unwrap();
        assert!(matches!(lists.all(), Err(ListError::Damaged { .. })), "{length} {flip}");
    }
}

/// A picture with structure: rings about a point.
fn picture(mirrored: bool) -> Pdq {
    let side = 200u32;
    let tone = |x: u32, y: u32| {
        let x = if mirrored { side - 1 - x } else { x };
        let away = f64::from(x.pow(2) + 3 * y * y / 2 + x * y / 3).sqrt();
        if (away / 17.0).sin() > 0.2 { 220 } else { (x % 90) as u8 }
    };
    let pixels = (0..side).flat_map(|y| (0..side).flat_map(move |x| [tone(x, y); 3])).collect();
    Pdq::of(&Picture::from_rgb(side, side, pixels).unwrap()).unwrap()
}

#[test]
fn a_mirrored_picture_is_known_and_an_expired_list_knows_nothing() {
    let listed = picture(false);
    assert!(listed.is_telling(), "{} {:?}", listed.quality, listed.hash);
    let mut list = HashList::new(Head { expires: Some(date(2026, 12, 1)), ..head("adverts", Kind::Adverts) }).unwrap();
    let entries = import(listed.hash.to_string().as_bytes()).unwrap().entries;
    assert_eq!(list.add(entries.clone()).new, 1);
    assert_eq!(list.add(entries).known, 1);
    let known = Known::new(vec![list.clone()], date(2026, 12, 1));
    let found = known.matches(&picture(true));
    assert_eq!((found.len(), found[0].list.as_str(), found[0].pdq), (1, "adverts", listed.hash));
    assert!(Known::new(vec![list], date(2026, 12, 2)).matches(&listed).is_empty());
}
