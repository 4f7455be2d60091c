//! Style sheet, script and picture, embedded. Their addresses have a hash, so that browsers keep them for good.

use std::sync::LazyLock;

use axum::{
    extract::{Path, Query},
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::guard::Failure;

const FILES: &[(&str, &str, &str)] = &[
    ("vigie.css", "text/css; charset=utf-8", include_str!("../static/vigie.css")),
    ("vigie.js", "text/javascript; charset=utf-8", include_str!("../static/vigie.js")),
    ("vigie.svg", "image/svg+xml", include_str!("../static/vigie.svg")),
];

/// Hash of all files together.
pub(crate) static VERSION: LazyLock<String> = LazyLock::new(|| {
    let digest = FILES.iter().fold(Sha256::new(), |hash, (_, _, content)| hash.chain_update(content)).finalize();
    data_encoding::HEXLOWER.encode(digest.get(..6).unwrap_or_default())
});

#[derive(Deserialize)]
pub(crate) struct Asked {
    v: Option<String>,
}

/// One of the files; names are compared, never opened.
pub(crate) async fn serve(Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let (_, kind, content) = FILES.iter().find(|(known, _, _)| *known == name).ok_or(Failure::NotFound)?;
    let caching = if asked.v.as_deref() == Some(VERSION.as_str()) { "public, max-age=31536000, immutable" } else { "no-cache" };
    Ok(([(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, caching)], *content).into_response())
}
