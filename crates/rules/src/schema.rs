//! What expressions may name: variables, their fields, functions. Anything else is refused at load.

use crate::Problem;

/// The variables, each with its fields; those of lists are the fields of their elements.
const VARIABLES: &[(&str, &[&str])] = &[
    ("post", &["network", "text", "words", "lang", "tags", "hashtags", "length", "reply", "repost", "quote", "media"]),
    ("author", &["id", "handle", "name"]),
    ("spans", &["kind", "text"]),
    ("components", &[]),
    ("contacts", &["kind", "value"]),
    ("prices", &["amount", "currency", "quantity", "unit"]),
    ("places", &[]),
    ("products", &[]),
    ("score", &[]),
    ("band", &[]),
    ("label", &[]),
    ("watch", &[]),
];

/// Functions and operators, as CEL calls them.
const FUNCTIONS: &[&str] = &[
    "says",
    "says_any",
    "contains",
    "startsWith",
    "endsWith",
    "size",
    "double",
    "int",
    "_?_:_",
    "_&&_",
    "_||_",
    "!_",
    "_-_",
    "_+_",
    "_*_",
    "_/_",
    "_%_",
    "_==_",
    "_!=_",
    "_>=_",
    "_<=_",
    "_>_",
    "_<_",
    "-_",
    "_[_]",
    "@in",
    "@not_strictly_false",
];

/// Names of the variables, in the order in which their values are kept.
pub(crate) fn variables() -> impl Iterator<Item = &'static str> + Clone {
    VARIABLES.iter().map(|(name, _)| *name)
}

/// Number of a variable.
pub(crate) fn number(name: &str) -> Option<usize> {
    variables().position(|known| known == name)
}

pub(crate) fn check_variable(name: &str) -> Result<(), Problem> {
    known("variable", name, variables())
}

/// A field of a variable, or of the elements of some list.
pub(crate) fn check_field(of: Option<&str>, field: &str) -> Result<(), Problem> {
    let fields = VARIABLES.iter().filter(|(name, _)| of.is_none_or(|of| of == *name)).flat_map(|(_, fields)| fields.iter().copied());
    known("field", field, fields)
}

pub(crate) fn check_function(name: &str) -> Result<(), Problem> {
    known("function", name, FUNCTIONS.iter().copied())
}

fn known(what: &'static str, name: &str, all: impl Iterator<Item = &'static str> + Clone) -> Result<(), Problem> {
    if all.clone().any(|known| known == name) {
        return Ok(());
    }
    let readable = all.filter(|known| known.starts_with(|c: char| c.is_ascii_alphabetic()));
    let nearest = readable.map(|known| (strsim::damerau_levenshtein(name, known), known)).min().filter(|(distance, _)| *distance <= 3);
    let hint = nearest.map(|(_, known)| format!("; did you mean `{known}`?")).unwrap_or_default();
    Err(Problem::Unknown { what, name: name.to_owned(), hint })
}
