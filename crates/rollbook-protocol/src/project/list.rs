//! Lists of attribute paths.

use rollbook_filter::AttrPath;

use crate::error::{ScimError, ScimType};

/// The most names in one parameter.
const MOST_NAMES: usize = 1_000;

/// Reads the paths between commas; empty places are skipped.
pub(super) fn parse(parameter: &str, text: &str) -> Result<Vec<AttrPath<'static>>, ScimError> {
    let mut paths = Vec::new();
    for item in items(text) {
        // Decision D8: a value filter selects the attribute that it is about.
        let name = item.split('[').next().unwrap_or_default().trim();
        if name.is_empty() {
            continue;
        }
        if paths.len() == MOST_NAMES {
            return Err(invalid(format!("`{parameter}` has more than {MOST_NAMES} names; send fewer")));
        }
        let path = AttrPath::new(name).map_err(|error| {
            invalid(format!("`{parameter}` has a name that is no attribute path: {error}"))
        })?;
        paths.push(path.into_owned());
    }
    Ok(paths)
}

/// Splits at the commas that stand outside brackets and quotes.
fn items(text: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    text.split(move |char| {
        match char {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if depth > 0 => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            _ => return char == ',' && depth == 0,
        }
        false
    })
}

fn invalid(detail: String) -> ScimError {
    ScimError::bad_request(ScimType::InvalidValue, detail)
}
