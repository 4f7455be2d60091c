//! What must hold of every record, whatever its bytes.

use vigie_ingest::{DecodeProblem, Decoder, Limits, ProblemKind};
use vigie_model::Event;

/// Decodes a record and checks what came out.
pub fn check_record(record: &[u8], event: Option<&str>) {
    let decoder = Decoder::new(&Limits::default());
    let mut problems = Vec::new();
    let mut events = 0_usize;
    decoder.decode(record, event, &mut problems, &mut |event| {
        events += 1;
        check_event(&event);
    });
    let rejected = problems.iter().any(|problem: &DecodeProblem| problem.kind == ProblemKind::Reject);
    assert!(events > 0 || rejected, "a record vanished");
    for problem in &problems {
        assert!(!problem.to_string().is_empty());
        assert!(problem.column != Some(0), "columns count from 1");
    }
}

fn check_event(event: &Event<'_>) {
    match event {
        Event::Post(post) => {
            check_id(&post.id);
            assert!(post.text.len() <= 1 << 20);
            assert!(std::str::from_utf8(post.text.as_bytes()).is_ok());
            assert!((1..=32).contains(&post.network.len()));
            assert!(!post.raw.is_empty());
            assert!(post.media.as_deref().is_none_or(|media| media.get().starts_with('[')));
            assert!(post.metrics.as_deref().is_none_or(|metrics| metrics.get().starts_with('{')));
            assert!(post.tags.iter().all(|tag| !tag.is_empty()));
        }
        Event::Delete { id, .. } => check_id(id),
        Event::Ignored => {}
    }
}

fn check_id(id: &str) {
    assert!((1..=512).contains(&id.len()));
    assert!(!id.chars().any(char::is_control));
}

/// A record made of the frame `before`, the fuzzer's bytes and `after`, and the bytes alone.
pub fn check_framed(bytes: &[u8], frames: &[(&str, &str)]) {
    check_record(bytes, None);
    for (before, after) in frames {
        check_record(&[before.as_bytes(), bytes, after.as_bytes()].concat(), None);
    }
}
