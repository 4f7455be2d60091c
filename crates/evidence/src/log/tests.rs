use std::fs;

use super::*;

fn signer() -> Signer {
    Signer::new("log.example/test", &[3; 32]).unwrap()
}

fn entries(range: Range<u32>) -> Vec<Vec<u8>> {
    range.map(|n| format!("entry {n}").into_bytes()).collect()
}

#[test]
fn every_size_reopens_and_proves() {
    let folder = tempfile::tempdir().unwrap();
    let mut next = 0;
    for batch in [1_u32, 1, 254, 3, 250, 300, 1, 66_000, 7] {
        let mut log = Log::open(folder.path(), signer()).unwrap();
        assert_eq!(log.size(), u64::from(next));
        log.append(&entries(next..next + batch)).unwrap();
        next += batch;
        for index in [0, next / 2, next - 1] {
            let proof = log.proof(u64::from(index)).unwrap();
            let read = TlogProof::parse(&proof.text()).unwrap();
            assert_eq!(read, proof);
            assert_eq!(read.verify(format!("entry {index}").as_bytes(), &log.key()).unwrap().size, u64::from(next));
            assert!(read.verify(b"entry x", &log.key()).is_err());
        }
    }
    let mut seen = 0;
    let check = check_log(folder.path(), &signer().public(), &mut |index, entry| {
        assert_eq!(entry, format!("entry {index}").as_bytes());
        seen += 1;
    });
    assert_eq!((check.unwrap().entries, seen), (u64::from(next), u64::from(next)));
}

#[test]
fn trees_are_consistent_with_earlier_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::open(folder.path(), signer()).unwrap();
    let mut heads = Vec::new();
    for n in 0..40 {
        log.append(&entries(n * 20..n * 20 + 1 + n)).unwrap();
        heads.push(Note::parse(log.checkpoint()).unwrap().checkpoint(&log.key()).unwrap());
    }
    let last = heads.last().unwrap();
    for old in &heads {
        let path = merkle::consistency(&mut TileReader::new(folder.path(), last.size), old.size, last.size).unwrap();
        assert!(merkle::verify_consistency(old.size, old.root, last.size, last.root, &path));
    }
}

#[test]
fn a_second_writer_and_a_restored_copy_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::open(folder.path(), signer()).unwrap();
    log.append(&entries(0..1)).unwrap();
    assert!(matches!(Log::open(folder.path(), signer()), Err(LogError::Busy(_))));
    let old = fs::read(folder.path().join("checkpoint")).unwrap();
    log.append(&entries(1..2)).unwrap();
    fs::write(folder.path().join("checkpoint"), old).unwrap();
    assert!(matches!(log.append(&entries(2..3)), Err(LogError::Changed)));
    assert!(matches!(log.append(&[vec![0; MAX_STATEMENT + 1]]), Err(LogError::TooLong(_))));
}

#[test]
fn changed_files_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::open(folder.path(), signer()).unwrap();
    log.append(&entries(0..600)).unwrap();
    drop(log);
    let key = signer().public();
    for name in ["tile/entries/000", "tile/entries/002.p/88", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2", "checkpoint"] {
        let path = folder.path().join(name);
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        bad[20] ^= 1;
        fs::write(&path, bad).unwrap();
        assert!(check_log(folder.path(), &key, &mut |_, _| {}).is_err(), "{name}");
        fs::write(&path, good).unwrap();
        check_log(folder.path(), &key, &mut |_, _| {}).unwrap();
    }
}

#[test]
fn threads_share_commits() {
    let folder = tempfile::tempdir().unwrap();
    let committer = Committer::new(Log::open(folder.path(), signer()).unwrap());
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let committer = &committer;
            scope.spawn(move || {
                for n in 0..50 {
                    let entry = format!("{thread} {n}").into_bytes();
                    let place = committer.append(entry.clone()).unwrap();
                    let head = Note::parse(&place.checkpoint).unwrap().checkpoint(&signer().public()).unwrap();
                    assert!(head.size > place.index);
                }
            });
        }
    });
    drop(committer);
    assert_eq!(check_log(folder.path(), &signer().public(), &mut |_, _| {}).unwrap().entries, 400);
}
