//! Attribute paths and PATCH paths.

use rollbook_filter::{AttrPath, PatchPath};
use rollbook_protocol::resolve;

use super::filter::{UNLIMITED, is_sound};
use super::fixtures::{registry, type_ref};

/// A text is a path or is refused with a place in it; a path reads back from its print and splits into its text.
pub fn path(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match PatchPath::parse(text) {
        Ok(path) => {
            let printed = path.to_string();
            let again = PatchPath::parse_with(&printed, &UNLIMITED);
            assert_eq!(again.as_ref(), Ok(&path), "{printed}");
            assert_eq!(path.clone().into_owned(), path);
            splits(path.attr_path());
        }
        Err(error) => is_sound(&error),
    }
    match AttrPath::new(text) {
        Ok(path) => {
            assert_eq!(path.as_str(), text);
            splits(&path);
        }
        Err(error) => is_sound(&error),
    }
}

fn splits(path: &AttrPath<'_>) {
    let registry = registry();
    let split = path.split(registry.uris());
    let parts: Vec<&str> = split.uri.into_iter().chain(split.name).collect();
    let sub = split.sub.map(|sub| format!(".{sub}")).unwrap_or_default();
    assert_eq!(format!("{}{sub}", parts.join(":")), path.as_str());
    for kind in ["User", "Group"] {
        let _ = resolve(path, type_ref(kind));
    }
}
