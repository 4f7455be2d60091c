//! Tables with a header: 4CAT, CrowdTangle, Meta Content Library, listings, and whatever `--map` explains.

use std::collections::BTreeMap;

use csv::StringRecord;
use vigie_model::NeutralAuthor;

use super::{ImportFault, ImportOptions, Out, hashed_id, post, text::hashtags};

/// Names of columns by field, most telling first; compared without case, blanks, `_` and `-`.
const NAMES: &[(&str, &[&str])] = &[
    ("id", &["id", "postid", "statusid", "tweetid", "messageid", "itemid", "platformid"]),
    ("text", &["text", "body", "message", "content", "caption", "fulltext", "description", "title"]),
    ("created_at", &["createdat", "creationtime", "timestamp", "postcreated", "postcreateddate", "published", "date", "time"]),
    ("author_id", &["authorid", "userid", "accountid", "facebookid", "postowner.id"]),
    ("author_handle", &["authorhandle", "username", "author", "accounthandle", "seller", "vendor", "postowner.username"]),
    ("author_name", &["authorname", "authorfullname", "displayname", "pagename", "account", "groupname", "postowner.name"]),
    ("url", &["url", "link", "permalink", "posturl"]),
    ("lang", &["lang", "language"]),
    ("network", &["network", "platform", "source"]),
    ("tags", &["tags", "hashtags"]),
];

/// Whether the first line is a header of several columns.
pub(super) fn recognise(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    delimiter(first).is_some_and(|delimiter| first.split(char::from(delimiter)).filter(|name| !name.trim().is_empty()).count() >= 2)
}

/// Delivers the rows.
pub(super) fn read(text: &str, options: &ImportOptions, out: &mut Out<'_>) -> Result<(), ImportFault> {
    let delimiter = delimiter(text.lines().next().unwrap_or_default()).ok_or(ImportFault::Unknown)?;
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|_| ImportFault::Syntax("CSV"))?.clone();
    let columns = columns(&header, options)?;
    let mut row = StringRecord::new();
    loop {
        match reader.read_record(&mut row) {
            Ok(false) => return Ok(()),
            Ok(true) => deliver(&row, &columns, options, out),
            Err(_) => out.reject(&ImportFault::Syntax("CSV"), ""),
        }
        if out.closed {
            return Ok(());
        }
    }
}

/// The most frequent of the usual separators.
fn delimiter(header: &str) -> Option<u8> {
    let count = |delimiter: u8| header.bytes().filter(|byte| *byte == delimiter).count();
    [b',', b';', b'\t'].into_iter().filter(|delimiter| count(*delimiter) > 0).max_by_key(|delimiter| count(*delimiter))
}

/// The column of each field that has one.
fn columns(header: &StringRecord, options: &ImportOptions) -> Result<BTreeMap<&'static str, usize>, ImportFault> {
    let plain = |name: &str| name.chars().filter(|c| !matches!(c, ' ' | '_' | '-' | '\u{feff}')).collect::<String>().to_lowercase();
    let have: Vec<String> = header.iter().map(plain).collect();
    let mut columns = BTreeMap::new();
    for (field, names) in NAMES {
        let told = options.map.iter().find(|(mapped, _)| mapped == field);
        let column = match told {
            Some((_, column)) => Some(header.iter().position(|name| name == column).ok_or_else(|| ImportFault::NoColumn(column.clone()))?),
            None => names.iter().find_map(|name| have.iter().position(|have| have == name)),
        };
        if let Some(column) = column {
            columns.insert(*field, column);
        }
    }
    if columns.contains_key("text") { Ok(columns) } else { Err(ImportFault::NoText(header.iter().collect::<Vec<_>>().join(", "))) }
}

fn deliver(row: &StringRecord, columns: &BTreeMap<&'static str, usize>, options: &ImportOptions, out: &mut Out<'_>) {
    let cell = |field: &str| columns.get(field).and_then(|column| row.get(*column)).map(str::trim).filter(|cell| !cell.is_empty());
    let Some(text) = cell("text") else { return out.reject(&ImportFault::Missing("text"), "") };
    let network = options.network.as_deref().or(cell("network")).unwrap_or("unknown");
    let id = cell("id").map_or_else(|| hashed_id(&row.iter().collect::<Vec<_>>()), str::to_owned);
    let mut post = post(network, id, text.to_owned());
    post.created_at = cell("created_at").map(time);
    post.url = cell("url").map(str::to_owned);
    post.lang = cell("lang").map(str::to_owned);
    post.tags = cell("tags").map_or_else(|| hashtags(text), |tags| tags.split([',', ';', ' ']).filter(|tag| !tag.is_empty()).map(str::to_owned).collect());
    let author = |field| cell(field).map(str::to_owned);
    post.author = Some(NeutralAuthor { id: author("author_id"), handle: author("author_handle"), name: author("author_name") });
    out.post(&post);
}

/// `2026-11-24 11:15:38` (UTC, as 4CAT and CrowdTangle write it), a day alone, or seconds since 1970, as RFC 3339; all else as it
/// is, for the decoder to report.
fn time(cell: &str) -> String {
    let plain = cell.trim_end_matches(" UTC").trim_end_matches(" GMT").trim();
    if let Some(time) = plain.parse().ok().and_then(|seconds| vigie_model::Timestamp::from_seconds(seconds).ok()) {
        return time.to_string();
    }
    let shape: String = plain.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    match shape.as_str() {
        "0000-00-00" => format!("{plain}T00:00:00Z"),
        "0000-00-00 00:00" => format!("{}:00Z", plain.replace(' ', "T")),
        "0000-00-00 00:00:00" | "0000-00-00T00:00:00" => format!("{}Z", plain.replace(' ', "T")),
        _ => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ImportOptions, tests::import};

    #[test]
    fn known_tables_need_no_map() {
        let four_cat = "id,thread_id,timestamp,body,author,url\n9,1,2026-11-24 11:15:38,\"un, deux\nà #Lille\",exemple,https://example.org/9\n";
        let (posts, reasons) = import(four_cat, &ImportOptions { network: Some("telegram".into()), ..ImportOptions::default() });
        assert_eq!((posts.len(), reasons), (1, vec![]));
        assert_eq!((posts[0]["id"].as_str(), posts[0]["text"].as_str()), (Some("9"), Some("un, deux\nà #Lille")));
        assert_eq!((posts[0]["created_at"].as_str(), posts[0]["tags"][0].as_str()), (Some("2026-11-24T11:15:38Z"), Some("Lille")));
        let crowd_tangle = "Page Name;Facebook Id;Post Created;URL;Message\nPage fictive;5;2026-11-24 11:15:38 UTC;https://example.org/5;bonjour\n";
        let (posts, _) = import(crowd_tangle, &ImportOptions { network: Some("facebook".into()), ..ImportOptions::default() });
        assert_eq!((posts[0]["author"]["name"].as_str(), posts[0]["text"].as_str()), (Some("Page fictive"), Some("bonjour")));
        assert_eq!(posts[0]["created_at"].as_str(), Some("2026-11-24T11:15:38Z"));
    }

    #[test]
    fn other_tables_are_explained() {
        let table = "numero;annonce\n1;bonjour\n2;\n";
        let (_, reasons) = import(table, &ImportOptions::default());
        assert_eq!(reasons, ["no column holds the text; name it with --map text=COLUMN (columns: numero, annonce)"]);
        let map = |field: &str, column: &str| (field.to_owned(), column.to_owned());
        let options = ImportOptions { map: vec![map("text", "annonce"), map("id", "numero")], ..ImportOptions::default() };
        let (posts, reasons) = import(table, &options);
        assert_eq!((posts.len(), posts[0]["id"].as_str(), reasons), (1, Some("1"), vec!["no `text`".to_owned()]));
        let (_, reasons) = import(table, &ImportOptions { map: vec![map("text", "nope")], ..ImportOptions::default() });
        assert_eq!(reasons, ["there is no column \"nope\""]);
    }
}
