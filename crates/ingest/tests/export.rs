//! Exports through the same door as files: blocks, positions, resuming, limits.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;

use common::read_blocks;
use vigie_ingest::{Blocks, ImportOptions, Input, Limits, Position};

#[test]
fn an_export_is_read_in_blocks_and_resumed_at_a_cursor() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.txt");
    let chat: String = (0..20_000).map(|n| format!("[24/11/2026, {:02}:{:02}:{:02}] Exemple: message {n}\n", n / 3600, n / 60 % 60, n % 60)).collect();
    std::fs::write(&path, chat).unwrap();
    let input = Input::Export(path, Arc::new(ImportOptions::default()));
    let limits = Limits::default();
    let open = |start| Blocks::open(&input, &limits, start).unwrap();
    let whole = read_blocks(open(Position::START), &limits);
    assert_eq!((whole.posts.len(), whole.problems.len()), (20_000, 0));
    assert_eq!((whole.posts[7].network.as_str(), whole.posts[7].text.as_str()), ("whatsapp", "message 7"));
    let first = open(Position::START).next().unwrap();
    assert!(first.records().count() < 20_000);
    let rest = read_blocks(open(first.after()), &limits);
    assert_eq!(rest.posts, whole.posts[first.records().count()..]);
}

#[test]
fn an_edit_of_a_telegram_message_is_a_revision() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.json");
    let chat = r#"{"name":"Canal fictif","type":"public_channel","id":77,"messages":[{"id":2,"type":"message","date_unixtime":"1793530800","edited_unixtime":"1793534400","text":"menu"}]}"#;
    std::fs::write(&path, chat).unwrap();
    let limits = Limits::default();
    let seen = read_blocks(Blocks::open(&Input::Export(path, Arc::default()), &limits, Position::START).unwrap(), &limits);
    assert_eq!(seen.problems, []);
    assert_eq!((seen.posts[0].id.as_str(), seen.posts[0].revision, seen.posts[0].created_at), ("77/2", 1_793_534_400, Some(1_793_530_800)));
}
